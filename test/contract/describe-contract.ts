import { afterAll, beforeAll, describe } from 'vitest';
import { TargetWorkspace } from '../support/workspaces/target-workspace.js';
import { drivers, type ContractDriver } from './drivers.js';

/** Tests of a driver; `workspace` makes a new one with base images in it. */
type Tests = (backend: ContractDriver, workspace: (name?: string) => Promise<TargetWorkspace>) => void;

/** Registers one part of the contract for every driver. */
export function describeContract(part: string, tests: Tests): void {
  describeFor(drivers, part, tests);
}

/** Registers the part of the contract that starts targets over and over. */
export function describeLife(part: string, tests: Tests): void {
  const why = 'takes minutes on an emulated processor; GITIAN_TEST_ALL=1 runs it';
  describeFor(
    drivers
      .filter(({ hasOwnTargets }) => hasOwnTargets)
      .map((driver) => ({
        ...driver,
        unavailable: driver.unavailable ?? (driver.startsTakeLong ? why : undefined),
      })),
    part,
    tests,
  );
}

/** Registers one part of the contract for the drivers whose targets give folders away. */
export function describeTaking(part: string, tests: Tests): void {
  describeFor(
    drivers.filter(({ takesFiles }) => takesFiles),
    part,
    tests,
  );
}

function describeFor(backends: readonly ContractDriver[], part: string, tests: Tests): void {
  describe.each(backends)(`the target contract, ${part}: $name`, (backend) => {
    const { name, unavailable, images } = backend;
    const title =
      unavailable === undefined ? 'on real targets' : `on real targets (skipped: it ${unavailable})`;
    describe.skipIf(unavailable !== undefined)(title, () => {
      let bases: string[] = [];
      beforeAll(() => {
        bases = images();
      }, 1_800_000);
      afterAll(() => {
        backend.close?.();
      });
      tests(backend, async (folder) => TargetWorkspace.create(name, bases, folder));
    });
  });
}
