import { describe, expect, it } from 'vitest';
import type { GitianEvent } from '../../../src/core/events.js';
import { Interrupted } from '../../../src/core/errors/interrupted.js';
import { Steps } from '../../../src/core/steps.js';

const setUp = (...times: number[]): { steps: Steps; events: GitianEvent[] } => {
  const events: GitianEvent[] = [];
  const steps = new Steps(
    (event) => events.push(event),
    () => times.shift() ?? 0,
  );
  return { steps, events };
};

describe('Steps', () => {
  it('tells beginning, progress and end, and returns the value', async () => {
    const { steps, events } = setUp(1000, 3500);
    const value = await steps.run(
      'Building',
      (progress) => {
        progress('half way');
        return Promise.resolve(42);
      },
      'var/build.log',
    );
    expect(value).toBe(42);
    expect(events).toEqual([
      { kind: 'step-started', id: 0, title: 'Building', log: 'var/build.log' },
      { kind: 'step-progress', id: 0, text: 'half way' },
      { kind: 'step-ended', id: 0, title: 'Building', milliseconds: 2500, outcome: 'done' },
    ]);
    expect(steps.times).toEqual([
      { title: 'Building', section: undefined, begun: 1000, milliseconds: 2500, outcome: 'done' },
    ]);
  });

  it('tells that a step failed, and throws on what it threw', async () => {
    const { steps, events } = setUp(0, 7);
    const cause = new Error('no');
    await expect(steps.run('Failing', () => Promise.reject(cause))).rejects.toBe(cause);
    expect(events.at(-1)).toEqual({
      kind: 'step-ended',
      id: 0,
      title: 'Failing',
      milliseconds: 7,
      outcome: 'failed',
    });
    expect(steps.times).toEqual([
      { title: 'Failing', section: undefined, begun: 0, milliseconds: 7, outcome: 'failed' },
    ]);
  });

  it('tells that a step was interrupted, whatever cleaning up after it threw', async () => {
    const { steps, events } = setUp();
    const cause = new Interrupted('SIGINT');
    const thrown = Object.assign(new Error('no clean-up'), { name: 'SuppressedError', suppressed: cause });
    for (const error of [cause, thrown]) {
      await expect(steps.run('Building', () => Promise.reject(error))).rejects.toBe(error);
      expect(events.at(-1)).toMatchObject({ outcome: 'interrupted' });
    }
  });

  it('tells that a step failed whose work throws before it waits', async () => {
    const { steps, events } = setUp();
    const work = (): Promise<void> => {
      throw new Error('at once');
    };
    await expect(steps.run('Failing', work)).rejects.toThrow('at once');
    expect(events.at(-1)).toMatchObject({ outcome: 'failed' });
  });

  it('gives every step an id of its own, and keeps times in the order of ends', async () => {
    const { steps, events } = setUp(0, 1, 2, 3);
    await steps.run('outer', () => steps.run('inner', () => Promise.resolve()));
    const ids = events
      .filter(({ kind }) => kind === 'step-started')
      .map((event) => ('id' in event ? event.id : -1));
    expect(ids).toEqual([0, 1]);
    expect(steps.times).toMatchObject([
      { title: 'inner', milliseconds: 1 },
      { title: 'outer', milliseconds: 3 },
    ]);
  });

  it('remembers what each step belonged to', async () => {
    const { steps } = setUp();
    const step = async (title: string): Promise<void> => steps.run(title, () => Promise.resolve());
    await step('before');
    steps.begin('bookworm-amd64');
    await step('within');
    steps.begin(undefined);
    await step('after');
    expect(steps.times.map(({ title, section }) => [title, section])).toEqual([
      ['before', undefined],
      ['within', 'bookworm-amd64'],
      ['after', undefined],
    ]);
  });
});
