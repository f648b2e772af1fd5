import { describe, expect, it } from 'vitest';
import { machineSize } from '../../../src/commands/options/machine-size.js';

describe('the size of a machine', () => {
  it.each([
    [{}, {}, { processors: 2, memory: 2000 }],
    [{ NPROCS: '3', VMEM: '700' }, {}, { processors: 3, memory: 700 }],
    [
      { NPROCS: 'x', VMEM: '' },
      { numMake: '4', memory: '800' },
      { processors: 4, memory: 800 },
    ],
    [{ NPROCS: '' }, { memory: '800' }, { processors: 2, memory: 800 }],
  ])('of %j and %j is %j', (env, options, size) => {
    expect(machineSize(env, options)).toEqual(size);
  });

  it.each([
    [{ NPROCS: 'foo' }, {}, 'NPROCS must be a whole number of at least 1, not "foo"'],
    [{ VMEM: '0' }, {}, 'VMEM must be a whole number of at least 1, not "0"'],
    [{ NPROCS: '2' }, { numMake: 'foo' }, '-j must be a whole number of at least 1, not "foo"'],
    [{ VMEM: '700' }, { memory: '1G' }, '-m must be a whole number of at least 1, not "1G"'],
  ])('names what %j and %j have wrong', (env, options, message) => {
    expect(() => machineSize(env, options)).toThrow(message);
  });
});
