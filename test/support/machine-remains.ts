import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { accelerationFacts, chooseAcceleration } from '../../src/target/kvm/qemu/acceleration.js';
import { processesThat, readIfThere } from './processes.js';
import { triesAll } from './tries-all.js';

/** Whether there is no QEMU here. */
export const cannotRunMachines =
  spawnSync('sh', ['-c', 'command -v qemu-system-x86_64 qemu-img'], { stdio: 'ignore' }).status !== 0;

/** Whether tests that start machines over and over would take minutes: they run where `GITIAN_TEST_ALL` is set. */
export const startsTakeLong =
  !triesAll && chooseAcceleration(await accelerationFacts(), undefined).acceleration === 'tcg';

/** For tests whose machines boot, each for half a minute where that takes long. */
export const unlessBootsTakeLong = startsTakeLong
  ? ' (skipped: machines boot on an emulated processor; GITIAN_TEST_ALL=1 runs it)'
  : '';

/** Everything of a workspace's machine that is outside of the workspace: nothing, when none is up. */
export function machineRemains(root: string): string[] {
  return [
    // The holder of a target is the test's own.
    ...processesThat((words) => words.includes(root) && !words.includes('hold-target')),
    ...runFoldersOf(root),
  ];
}

function runFoldersOf(root: string): string[] {
  return readdirSync('/tmp')
    .filter((name) => name.startsWith('gitian-kvm-'))
    .map((name) => join('/tmp', name))
    .filter((folder) => readIfThere(join(folder, 'owner')).startsWith(root));
}
