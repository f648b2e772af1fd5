import { describe, expect, it } from 'vitest';
import { Gatherer } from '../../../src/core/gatherer.js';

describe('Gatherer', () => {
  it('answers together what is asked at about the same time', async () => {
    const asked: (readonly number[])[] = [];
    const gatherer = new Gatherer<number, number>((items) => {
      asked.push(items);
      return Promise.resolve(items.map((item) => item * 2));
    });
    expect(await Promise.all([1, 2, 3].map((item) => gatherer.ask(item)))).toEqual([2, 4, 6]);
    expect(await gatherer.ask(4)).toBe(8);
    expect(asked).toEqual([[1, 2, 3], [4]]);
  });

  it('fails for all of them', async () => {
    const gatherer = new Gatherer<string, string>(() => Promise.reject(new Error('no')));
    const answers = await Promise.allSettled(['a', 'b'].map((item) => gatherer.ask(item)));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
