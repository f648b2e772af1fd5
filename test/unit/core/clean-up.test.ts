import { describe, expect, it } from 'vitest';
import { CleanUp } from '../../../src/core/clean-up.js';
import type { GitianEvent } from '../../../src/core/events.js';

const setUp = (): { cleanUp: CleanUp; order: string[]; events: GitianEvent[] } => {
  const events: GitianEvent[] = [];
  return { cleanUp: new CleanUp((event) => events.push(event)), order: [], events };
};

describe('CleanUp', () => {
  it('releases in reverse order, one after another', async () => {
    const { cleanUp, order, events } = setUp();
    cleanUp.add('first', () => {
      order.push('first');
    });
    cleanUp.add('second', async () => {
      order.push('second begins');
      await new Promise((resolve) => setImmediate(resolve));
      order.push('second ends');
    });
    await cleanUp[Symbol.asyncDispose]();
    expect(order).toEqual(['second begins', 'second ends', 'first']);
    expect(events).toEqual([]);
  });

  it('goes on after a release that fails, and warns', async () => {
    const { cleanUp, order, events } = setUp();
    cleanUp.add('unmount "a"', () => {
      order.push('a');
    });
    cleanUp.add('remove "b"', () => Promise.reject(new Error('busy')));
    cleanUp.add('end "c"', () => {
      throw new Error('gone');
    });
    await cleanUp[Symbol.asyncDispose]();
    expect(order).toEqual(['a']);
    expect(events).toEqual([
      { kind: 'warning', text: 'could not end "c": gone' },
      { kind: 'warning', text: 'could not remove "b": busy' },
    ]);
  });

  it("lets the scope's own failure through", async () => {
    const { cleanUp } = setUp();
    const work = async (): Promise<void> => {
      await using scope = cleanUp;
      scope.add('tidy up', () => Promise.reject(new Error('a consequence')));
      throw new Error('the cause');
    };
    await expect(work()).rejects.toThrow('the cause');
  });

  it('releases nothing after commit, and what is added later', async () => {
    const { cleanUp, order } = setUp();
    cleanUp.add('early', () => {
      order.push('early');
    });
    cleanUp.commit();
    cleanUp.add('late', () => {
      order.push('late');
    });
    await cleanUp[Symbol.asyncDispose]();
    expect(order).toEqual(['late']);
  });

  it('releases everything once, also when disposed of twice', async () => {
    const { cleanUp, order } = setUp();
    cleanUp.add('it', () => {
      order.push('it');
    });
    await cleanUp[Symbol.asyncDispose]();
    await cleanUp[Symbol.asyncDispose]();
    expect(order).toEqual(['it']);
  });

  it('takes over what is disposable and returns it', async () => {
    const { cleanUp, order } = setUp();
    const thing = {
      [Symbol.asyncDispose]: () => {
        order.push('thing');
        return Promise.resolve();
      },
    };
    expect(cleanUp.use('end the thing', thing)).toBe(thing);
    await cleanUp[Symbol.asyncDispose]();
    expect(order).toEqual(['thing']);
  });
});
