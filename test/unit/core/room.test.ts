import { describe, expect, it } from 'vitest';
import { Room } from '../../../src/core/room.js';

describe('Room', () => {
  it('lets in what fits beside the others, in the order in which it was asked', async () => {
    const room = new Room(10);
    const events: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (name: string, amount: number): Promise<void> =>
      room.with(amount, () => {
        events.push(name);
        return new Promise((resolve) => ends.set(name, resolve));
      });
    const end = async (name: string): Promise<void> => {
      ends.get(name)?.();
      await new Promise(setImmediate);
      events.push('|');
    };
    const all = [work('a', 6), work('b', 4), work('c', 9), work('d', 1), work('e', 100)];
    for (const name of ['a', 'b', 'c', 'd', 'e']) await end(name);
    expect(events.join('')).toBe('ab|cd||e||');
    await Promise.all(all);
  });

  it('is given back when work fails', async () => {
    const room = new Room(1);
    await expect(room.with(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await room.with(1, () => Promise.resolve('yes'))).toBe('yes');
  });
});
