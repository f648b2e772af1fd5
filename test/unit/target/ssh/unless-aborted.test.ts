import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { unlessAborted } from '../../../../src/target/ssh/unless-aborted.js';

describe('what is awaited unless it is aborted', () => {
  it('is what comes first', async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(signal, Promise.resolve('done'))).toBe('done');
    await expect(unlessAborted(signal, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  });

  // What is rejected unheard fails a run of tests by itself.
  it.each([
    ['before', 0],
    ['meanwhile', 5],
  ])('may fail unheard where that was aborted %s', async (_when, after) => {
    const controller = new AbortController();
    const failing = pause(20).then(() => {
      throw new Error('too late');
    });
    if (after === 0) controller.abort(new Error('enough'));
    const aborting = pause(after).then(() => {
      controller.abort(new Error('enough'));
    });
    await expect(unlessAborted(controller.signal, failing)).rejects.toThrow('enough');
    await aborting;
    await pause(50);
  });
});
