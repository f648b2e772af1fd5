import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotBuild, isRoot } from '../support/base-image.js';
import { Pause } from '../support/faults/pause.js';
import { everyFault } from '../support/faults/selection.js';
import { imageMountsLeft, startMaking, stillMaking } from '../support/making-image.js';
import { until } from '../support/until.js';

// Packing comes after a minute.
const steps = ['Asking the archive', 'Installing debian bookworm-amd64', 'Packing'];
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: null } as const;
const quick: readonly string[] = ['SIGTERM', 'SIGKILL'];

const cases = Object.entries(signals).flatMap(([signal, exitCode]) =>
  steps
    .filter((_, at) => everyFault || (at === 0 && quick.includes(signal)))
    .map((step) => ({ step, signal: signal as keyof typeof signals, exitCode })),
);

describe.skipIf(cannotBuild || !isRoot)('make-base-vm (root)', () => {
  let parent: string;
  beforeAll(() => {
    parent = mkdtempSync(join(tmpdir(), 'gitian-making-'));
  });
  afterAll(() => {
    rmSync(parent, { recursive: true });
  });

  it.each(cases)('$signal in "$step"', async ({ step, signal, exitCode }) => {
    const workspace = join(parent, `${signal} in ${step}`);
    mkdirSync(workspace);
    using pause = new Pause({ step, time: 1 });
    const { child, stderr } = startMaking(workspace, { env: pause.env });
    const ended = once(child, 'close');
    try {
      expect(await pause.held(() => child.exitCode !== null, 280_000)).toBe(true);
    } finally {
      child.kill(signal);
      pause.release();
    }
    expect(await ended).toEqual(exitCode === null ? [null, signal] : [exitCode, null]);
    if (exitCode !== null) expect(stderr()).toContain(`make-base-vm: interrupted by ${signal}\n`);
    await until(stillMaking, (left) => left.length === 0);
    expect(imageMountsLeft()).toEqual([]);
    expect(existsSync(join(workspace, 'base-bookworm-amd64'))).toBe(false);
    // What is killed may leave something unfinished, which the next one takes away.
    if (exitCode === null) await expectNextClearsUp(workspace);
    expect(readdirSync(workspace)).toEqual(['var']);
  });
});

async function expectNextClearsUp(workspace: string): Promise<void> {
  const { child, stderr } = startMaking(workspace);
  const ended = once(child, 'close');
  await until(stderr, (said) => said.includes('Asking'));
  child.kill('SIGTERM');
  expect(await ended).toEqual([143, null]);
}
