import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepTimings, timingsJson, timingsTable } from '../../../src/build/timings.js';
import type { GitianEvent } from '../../../src/core/events.js';
import { Steps, type StepTime } from '../../../src/core/steps.js';
import { Workspace } from '../../../src/core/workspace.js';

const step = (
  title: string,
  begun: number,
  milliseconds: number,
  more: Partial<StepTime> = {},
): StepTime => ({
  title,
  section: undefined,
  begun,
  milliseconds,
  outcome: 'done',
  ...more,
});
const section = 'bookworm-amd64';
const times = [
  step('Fetching inputs', 200, 1000),
  step('Running build script', 1300, 61_234, { section, outcome: 'failed' }),
];

describe('the timings of a build', () => {
  it('are a table with what was spent outside of steps', () => {
    expect(timingsTable(times, 63_000)).toBe(
      `  began   took  step
   0.20   1.00  Fetching inputs
                bookworm-amd64
   1.30  61.23  Running build script (failed)
          0.77  outside of steps
         63.00  all in all
`,
    );
  });

  it('are listed in the order in which the steps began', () => {
    expect(timingsTable([step('inner', 20, 5), step('outer', 10, 20)], 40)).toMatch(/outer\n.*inner/);
  });

  it('are kept as JSON', () => {
    expect(JSON.parse(timingsJson(times, 63_000.4))).toEqual({
      format: 1,
      milliseconds: 63_000,
      steps: [
        { title: 'Fetching inputs', begun: 200, milliseconds: 1000, outcome: 'done' },
        {
          title: 'Running build script',
          configuration: 'bookworm-amd64',
          begun: 1300,
          milliseconds: 61_234,
          outcome: 'failed',
        },
      ],
    });
  });

  it('are written and shown when the build is over, and a file that cannot be written fails nothing', async () => {
    const root = await mkdtemp(join(tmpdir(), 'gitian timings '));
    const events: GitianEvent[] = [];
    const place = {
      workspace: new Workspace(root),
      emit: (event: GitianEvent) => events.push(event),
      show: true,
    };
    const steps = new Steps(() => undefined);
    {
      await using _kept = keepTimings(steps, place);
      await steps.run('Building', () => Promise.resolve());
    }
    expect(JSON.parse(await readFile(join(root, 'var/timings.json'), 'utf8'))).toMatchObject({
      steps: [{ title: 'Building' }],
    });
    expect(events).toMatchObject([{ kind: 'asked', text: expect.stringContaining('Building\n') as string }]);
    await rm(join(root, 'var'), { recursive: true });
    await writeFile(join(root, 'var'), '');
    await keepTimings(steps, { ...place, show: false })[Symbol.asyncDispose]();
    expect(events.at(-1)).toMatchObject({ kind: 'warning' });
    await rm(root, { recursive: true });
  });
});
