import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/core/processes/process.js';
import { Staging } from '../../../src/updater/install/staging.js';

const taker = join(import.meta.dirname, '../../support/updater/take-staging.js');
const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const withoutLinks = [
  'strace',
  ...['-f', '-qq', '--seccomp-bpf', '-o', '/dev/null', '-e', 'trace=link,linkat'],
  ...['-e', 'inject=link,linkat:error=EPERM'],
];

const path = (): string => join(destination, 'staging');

/** Four processes want the folder at once; then it is taken and given back once more, and nothing is left. */
async function expectTakenInTurns(within: readonly string[]): Promise<void> {
  const [program, ...args] = [...within, process.execPath, taker, destination, '2000'];
  const outcomes = await Promise.all(Array.from({ length: 4 }, async () => run({ program, args })));
  for (const { stdout } of outcomes) {
    const { taken, problems } = JSON.parse(stdout) as { taken: number; problems: string[] };
    expect(problems).toEqual([]);
    expect(taken).toBeGreaterThan(0);
  }
  await openAndClose();
  expect((await readdir(destination)).filter((name) => !name.startsWith('dead.'))).toEqual([]);
}

async function openAndClose(): Promise<void> {
  await using staging = await Staging.open(path(), destination);
  await staging.clear();
}

let destination: string;
beforeEach(async () => {
  destination = await mkdtemp(join(tmpdir(), 'gitian updater '));
});
afterEach(async () => {
  await rm(destination, { recursive: true, force: true });
});

describe('the staging folder of an update', () => {
  it("is one process's at a time, whoever dies with it or removes it", async () => {
    await expectTakenInTurns([]);
  });

  it.skipIf(!canTrace)('is so where there are no hard links too (needs strace)', async () => {
    await expectTakenInTurns(withoutLinks);
  });

  it('is taken over where a lock has said nothing for a while, and not before', async () => {
    await mkdir(path());
    const lock = join(path(), 'lock');
    await writeFile(lock, '');
    await expect(openAndClose()).rejects.toMatchObject({
      code: 'update-running',
      message: `"${destination}" is being updated by another process`,
    });
    const before = new Date(Date.now() - 60_000);
    await utimes(lock, before, before);
    await openAndClose();
    expect(await readdir(destination)).toEqual([]);
  });
});
