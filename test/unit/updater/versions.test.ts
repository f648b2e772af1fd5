import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../../src/updater/versions.js';

describe('compareVersions', () => {
  it.each([
    ['1.0', '1.0.1'],
    ['1.9', '1.10'],
    ['0.9.99', '1.0'],
    ['1.0', '1.0rc1'],
    ['1.0rc1', '1.0rc2'],
    ['1.0a1', '1.0b1'],
    ['1.0.1', '1.0a'],
    ['v1.9', 'v1.10'],
    ['1', 'a'],
    ['', '0'],
    ['1.0-1', '1.0-2'],
    ['1.0RC1', '1.0rc1'],
    ['2.0.0', '10'],
    ['1.5.1', '1.5.2b2'],
    ['3.4j', '1996.07.12'],
    ['99999999999999999998', '99999999999999999999'],
    ['1.ü', '1.\u{1f600}'],
  ])('%j is before %j', (a, b) => {
    expect(compareVersions(a, b)).toBeLessThan(0);
    expect(compareVersions(b, a)).toBeGreaterThan(0);
  });

  it.each([
    ['1.0', '1.0'],
    ['1.0', '1..0'],
    ['1.01', '1.1'],
    ['1.0rc1', '1.0.rc.1'],
    ['', '.'],
  ])('%j and %j are equal', (a, b) => {
    expect(compareVersions(a, b)).toBe(0);
  });

  it('orders all texts, always the same way', () => {
    const version = fc.string({ unit: fc.constantFrom('0', '1', '9', '.', 'a', 'rc', 'B', '-', 'ü') });
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareVersions(a, a)).toBe(0);
        // Both ways, and along a chain.
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});
