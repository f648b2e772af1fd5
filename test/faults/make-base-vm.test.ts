import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotBuild, cannotMakeMachines, isRoot } from '../support/base-image.js';
import type { Outcome } from '../support/commands.js';
import { expectOneSentence } from '../support/faults/call-expectations.js';
import { diskFaults, signalFaults, type CallFault } from '../support/faults/call-faults.js';
import { Pause } from '../support/faults/pause.js';
import { everyFault } from '../support/faults/selection.js';
import { SmallDisk } from '../support/faults/small-disk.js';
import { imageMountsLeft, startMaking, stillMaking } from '../support/making-image.js';
import { outcomeOf } from '../support/running-command.js';
import { until } from '../support/until.js';

// Packing comes after minutes.
const steps = ['Asking the archive', 'Installing debian bookworm-amd64', 'Packing'];
const quick: readonly string[] = ['SIGTERM', 'SIGKILL'];

const cases = [...signalFaults, ...diskFaults].flatMap((fault) =>
  steps
    .filter((_, at) => everyFault || (at === 0 && quick.includes(fault.name)))
    .map((step) => ({ step, fault })),
);

type Kind = 'lxc' | 'kvm';

describe.skipIf(cannotBuild || !isRoot)('make-base-vm for containers (root)', () => {
  describeMaking('lxc');
});

describe.skipIf(cannotMakeMachines || !isRoot)('make-base-vm for machines (root)', () => {
  describeMaking('kvm');
});

function describeMaking(backend: Kind): void {
  let disk: SmallDisk;
  beforeAll(() => {
    disk = new SmallDisk(1000);
  });
  afterAll(() => {
    disk[Symbol.dispose]();
  });

  it.each(cases)('$fault.name in $step', { timeout: 600_000 }, async ({ fault, step }) => {
    const workspace = join(disk.path, `${fault.name} in ${step}`);
    mkdirSync(workspace);
    const outcome = await struck(workspace, { disk, fault, step, backend });
    expectOneSentence({ outcome, call: step, happened: true }, fault);
    expect(outcome.exitCode, outcome.stderr).not.toBe(0);
    await until(stillMaking, (left) => left.length === 0);
    expect(imageMountsLeft()).toEqual([]);
    // What is killed may leave something unfinished, which the next one takes away.
    if (outcome.exitCode === null) await expectNextClearsUp(workspace, backend);
    expect(readdirSync(workspace)).toEqual(['var']);
  });
}

interface Strike {
  readonly disk: SmallDisk;
  readonly fault: CallFault;
  readonly step: string;
  readonly backend: Kind;
}

/** Runs make-base-vm into a fault. */
async function struck(workspace: string, { disk, fault, step, backend }: Strike): Promise<Outcome> {
  using pause = new Pause({ step, time: 1 });
  const { child, stderr } = startMaking(workspace, { backend, env: pause.env });
  const ended = outcomeOf(child);
  try {
    expect(await pause.held(() => child.exitCode !== null, 500_000), stderr()).toBe(true);
    fault.inject(disk, child);
  } finally {
    pause.release();
    await ended;
    disk.heal();
  }
  return await ended;
}

async function expectNextClearsUp(workspace: string, backend: Kind): Promise<void> {
  const { child, stderr } = startMaking(workspace, { backend });
  const ended = outcomeOf(child);
  await until(stderr, (said) => said.includes('Asking'));
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ exitCode: 143 });
}
