import { describe, expect, it } from 'vitest';
import { inParallel } from '../../../src/core/parallel.js';

const turn = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe('work in parallel', () => {
  it('gives results in the order of the items, so many at a time', async () => {
    let [now, most] = [0, 0];
    const results = await inParallel([3, 1, 2, 0, 4], 2, async (item, index) => {
      most = Math.max(most, ++now);
      for (let count = 0; count < item; count++) await turn();
      now--;
      return `${String(index)}: ${String(item)}`;
    });
    expect(results).toEqual(['0: 3', '1: 1', '2: 2', '3: 0', '4: 4']);
    expect(most).toBe(2);
  });

  it('begins nothing more after a failure', async () => {
    const begun: number[] = [];
    const work = inParallel([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await turn();
      if (item === 1) throw new Error('the second');
      await turn();
    });
    await expect(work).rejects.toThrow('the second');
    for (let count = 0; count < 20; count++) await turn();
    expect(begun).toEqual([0, 1]);
  });
});
