import { describe, expect, it } from 'vitest';
import { idRange } from '../../../src/base-image/preflight.js';
import { workPlace } from '../../../src/base-image/work-place.js';

it.each([
  ['me:100000:65536\n', 65_536],
  ['you:100000:65536\nme:165536:1000\n', 1000],
  ['me2:100000:65536\n', 0],
  ['me:100000\n', 0],
  ['', 0],
])('subordinate ids in %j: %i', (text, expected) => {
  expect(idRange(text, 'me')).toBe(expected);
});

describe('where the root file system grows', () => {
  it.each([
    [8 * 2 ** 30, undefined, 3072, { memory: 3072, parent: '/tmp' }],
    [4 * 2 ** 30, undefined, 3072, { memory: 3072, parent: '/tmp' }],
    [4 * 2 ** 30, undefined, 3073, { memory: 0, parent: '/var/tmp' }],
    [2 ** 30, '/scratch', 3072, { memory: 0, parent: '/scratch' }],
  ])('with %i bytes of memory, TMPDIR %s and %i MiB needed', (available, temporary, needed, expected) => {
    expect(workPlace(available, temporary, needed)).toEqual(expected);
  });
});
