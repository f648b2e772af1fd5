import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  identify,
  isAlive,
  parseStat,
  processIdentity,
} from '../../../src/core/processes/process-identity.js';
import { fits } from '../../../src/core/shape.js';

const numbers = '1 2 3 4 5 4194560 7 8 9 10 11 12 13 14 15 16 17 18 987654 20';

describe('parseStat', () => {
  it.each(['sleep', 'a b', ') R (', 'x) Z 1 2 3'])('reads the line of a program named %j', (name) => {
    expect(parseStat(`42 (${name}) S ${numbers}`)).toEqual({
      state: 'S',
      exiting: false,
      startTime: '987654',
    });
  });

  it('sees that a process has begun to end', () => {
    expect(parseStat(`42 (x) R ${numbers.replace('4194560', '4194564')}`)?.exiting).toBe(true);
  });

  it.each(['', '42 (x)', '42 (x) S 1 2'])('refuses %j', (line) => {
    expect(parseStat(line)).toBeUndefined();
  });
});

describe.skipIf(process.platform !== 'linux')('a process (skipped: needs /proc)', () => {
  it('is itself until it ends, and nobody else', async () => {
    const child = spawn('sleep', ['100']);
    await once(child, 'spawn');
    const identity = await identify(child.pid ?? 0);
    if (identity === undefined) throw new Error('it runs');
    expect(await isAlive(identity)).toBe(true);
    expect(await isAlive({ ...identity, startTime: '1' })).toBe(false);
    expect(await isAlive({ ...identity, bootId: 'another boot' })).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isAlive(identity)).toBe(false);
    expect(await identify(child.pid ?? 0)).toBeUndefined();
  });
});

describe('the shape of a process identity', () => {
  it.each([
    undefined,
    null,
    1,
    'x',
    [],
    {},
    { pid: '1', startTime: '1', bootId: 'b' },
    { pid: 1.5, startTime: '1', bootId: 'b' },
  ])('refuses %j', (value) => {
    expect(fits(value, processIdentity)).toBe(false);
  });
});
