import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executable, type Outcome } from '../../support/commands.js';
import { outcomeOf, startCommand } from '../../support/running-command.js';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { runProgramBeside } from '../../support/updater/run-command.js';
import { filesIn, UpdaterWorld } from '../../support/updater/world.js';
import { triesAll } from '../../support/tries-all.js';

const signers = ['alice', 'bob'];
const before: PackageSpec = { release: '1', files: { a: '1', 'b/c': '1', 'gone/d': '1' }, signers };
const after: PackageSpec = { release: '2', files: { a: '2', 'b/c': '2', 'new/e': '2' }, signers };

const world = new UpdaterWorld();
let old: string;
let oldTree: Record<string, string>;
let newTree: Record<string, string>;

beforeAll(async () => {
  await world.open();
  world.fresh();
  old = world.at('old');
  world.publish(before);
  world.configureUrl();
  expect((await world.update()).exitCode).toBe(0);
  cpSync(world.dest, old, { recursive: true });
  oldTree = filesIn(old);
  world.publish(after);
  expect((await world.update()).exitCode).toBe(0);
  newTree = filesIn(world.dest);
});
afterAll(async () => {
  world.clean();
  await world[Symbol.asyncDispose]();
});

/** Begins from release 1, or from nothing. */
function reset(installed: boolean): void {
  for (const name of readdirSync(world.folder)) {
    if (name === 'dest' || name.startsWith('.dest')) rmSync(world.at(name), { recursive: true });
  }
  if (installed) cpSync(old, world.dest, { recursive: true });
}

/** What is in the destination, without what an unfinished run keeps there. */
function visible(): Record<string, string> {
  if (!existsSync(world.dest)) return {};
  return Object.fromEntries(
    Object.entries(filesIn(world.dest)).filter(([name]) => !name.startsWith('.gitian-update/')),
  );
}

/** The old or the new version is there whole, and the next call makes it the new one and leaves nothing else. */
async function expectWhole(installed: boolean): Promise<'old' | 'new'> {
  const found = visible();
  const which = 'release' in found || found['a'] === '2' ? 'new' : 'old';
  expect(found).toEqual(which === 'new' ? newTree : installed ? oldTree : {});
  await expectNewAfterNextCall();
  return which;
}

async function expectNewAfterNextCall(): Promise<void> {
  const next = await world.update();
  expect(next.stderr).not.toMatch(/this is a bug/);
  expect([0, 2]).toContain(next.exitCode);
  expect(filesIn(world.dest)).toEqual(newTree);
  expect(readdirSync(world.dest).sort()).toEqual(['.gitian-manifest', 'a', 'b', 'gitian', 'new']);
  expect(readdirSync(world.folder).sort()).toEqual(['config.yml', 'dest', 'old']);
}

/** The system calls that change something on the disk. */
const changing = 'rename,unlink,unlinkat,mkdir,rmdir,link,fsync,fdatasync,pwrite64';

const traced = (...inject: string[]): Promise<Outcome> =>
  runProgramBeside(
    'strace',
    [
      '-f',
      '-qq',
      '--seccomp-bpf',
      '-o',
      world.at('trace'),
      ...inject,
      executable('gitian-updater'),
      '-c',
      'config.yml',
      '-d',
      'dest',
    ],
    // One thread for file work, so that its calls have an order.
    { cwd: world.folder, env: { UV_THREADPOOL_SIZE: '1' } },
  );

/** How many of `calls` the thread makes that makes the most. */
async function countOf(calls: string): Promise<number> {
  expect((await traced('-e', `trace=${calls}`)).exitCode).toBe(0);
  const counts = new Map<string, number>();
  for (const line of readFileSync(world.at('trace'), 'utf8').split('\n')) {
    const [, thread = ''] = /^(\d+) +\w+\(.*(?:= |<unfinished)/.exec(line) ?? [];
    if (thread !== '') counts.set(thread, (counts.get(thread) ?? 0) + 1);
  }
  return Math.max(...counts.values());
}

async function kill(calls: string, at: number): Promise<void> {
  await traced('-e', `trace=${calls}`, '-e', `inject=${calls}:signal=KILL:when=${String(at)}`);
  rmSync(world.at('trace'));
}

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

describe.skipIf(!canTrace)(
  'gitian-updater killed at every change it makes to the disk (needs strace)',
  () => {
    it.each([
      ['an update', true],
      ['a first installation', false],
    ])('%s leaves the old or the new version whole', { timeout: 900_000 }, async (_, installed) => {
      reset(installed);
      const count = await countOf(changing);
      rmSync(world.at('trace'));
      expect(count).toBeGreaterThan(20);
      const seen = { old: 0, new: 0 };
      // Every one takes minutes: else some, evenly, which are others for an update and for a first installation.
      for (let at = 1; at <= count; at += triesAll ? 1 : Math.ceil(count / 8)) {
        reset(installed);
        await kill(changing, at);
        seen[await expectWhole(installed)] += 1;
      }
      expect(seen.old).toBeGreaterThan(0);
    });

    it(
      'is finished by the next call when all of its processes were killed',
      { timeout: 900_000 },
      async () => {
        reset(true);
        const renames = await countOf('rename');
        rmSync(world.at('trace'));
        // The files are put in place by renames, in a process that this kills, and then in the one that started it.
        for (let at = 1; at <= renames; at += 2) {
          reset(true);
          await kill('rename', at);
          await expectNewAfterNextCall();
        }
      },
    );
  },
);

describe('gitian-updater ended at any time', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    '%s leaves the old or the new version whole',
    { timeout: 600_000 },
    async (signal) => {
      // Over most of a second, which is how long it takes.
      const steps = (signal === 'SIGKILL' ? 6 : 3) * (triesAll ? 2 : 1);
      for (let step = 0; step < steps; step++) {
        reset(true);
        const running = startCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest'], {
          cwd: world.folder,
        });
        const ended = outcomeOf(running);
        await Promise.race([sleep(150 + (step * 840) / steps), ended]);
        running.kill(signal);
        const { stderr } = await ended;
        expect(stderr).not.toMatch(/this is a bug/);
        // The process that puts the files in place goes on when its parent is gone.
        for (let waited = 0; waited < 10_000 && isBeingFinished(waited); waited += 50) await sleep(50);
        await expectWhole(true);
      }
    },
  );

  it('two at once: one updates, the other says so', async () => {
    reset(true);
    const outcomes = await Promise.all([world.update(), world.update(), world.update()]);
    const codes = outcomes.map(({ exitCode }) => exitCode).sort();
    expect(codes[0]).toBe(0);
    expect(codes.slice(1)).toEqual([2, 2]);
    const others = outcomes.filter(({ exitCode }) => exitCode === 2).map(({ stderr }) => stderr);
    for (const said of others) expect(said).toMatch(/is being updated by process \d+|is installed already/);
    await expectWhole(true);
  });
});

/** Whether a process carries out a journal, or may be about to: one that nobody has claimed within a second was left. */
function isBeingFinished(waited: number): boolean {
  const staging = join(world.dest, '.gitian-update');
  const journals = existsSync(staging) ? readdirSync(staging).filter((name) => /^journal\b/.test(name)) : [];
  return journals.some((name) => name !== 'journal.json' || waited < 1000);
}
