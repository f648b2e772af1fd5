import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// What is tried at once waits most of its time.
const maxConcurrency = 12;

// What is polled for comes at once or, on a busy machine, after more than the second that Vitest waits.
const poll = { timeout: 20_000 };

const project = (name: string, extra: object = {}): object => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], maxConcurrency, expect: { poll }, ...extra },
});

// Tests of commands wait for servers, timeouts and guests: one file more than there are processors keeps those busy.
const workers = availableParallelism() + 1;

// One process for many files, since most take no longer than a process takes to start. Properties of parsers try hundreds
// of inputs, and hooks make keys and releases to work on, which takes its time on a busy machine.
const pure = { isolate: false, testTimeout: 180_000, hookTimeout: 180_000 };

// Containers and machines are real, so those suites get minutes, and no more than three files run at a time.
const real = {
  testTimeout: 300_000,
  hookTimeout: 600_000,
  maxWorkers: Math.min(3, workers),
  // Vitest refuses suites with other numbers of workers in one group: then these come after the others.
  sequence: { groupOrder: workers > 3 ? 1 : 0 },
};

/**
 * Files of minutes, longest first: begun last, one of them would go on alone. Before them, so that on a bare machine no two
 * wait for one base image, those that need different ones.
 */
const long = [
  'base-image/make-base-vm',
  'base-image/machine',
  'gbuild/build',
  'contract/copy',
  'gbuild/machine',
  'faults/target-commands',
  'contract/run',
  'target/virtualbox',
  'contract/lifecycle',
];

class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const found = long.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      return found === -1 ? long.length : found;
    };
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    maxWorkers: workers,
    sequence: { sequencer: LongFilesFirst },
    projects: [
      project('unit', pure),
      project('golden', pure),
      project('cli', pure),
      project('fuzz', { isolate: false, hookTimeout: 180_000 }),
      project('contract', real),
      project('integration', real),
      project('faults', real),
    ],
  },
});
