import { describe, expect, it } from 'vitest';
import {
  distroOf,
  hasWholeI386,
  isRetired,
  needsMergedUsr,
  newestLts,
  pocketsOf,
} from '../../../src/base-image/archives/suites.js';

describe('suites', () => {
  it.each([
    ['bookworm', 'debian'],
    ['sid', 'debian'],
    ['trusty', 'ubuntu'],
    ['noble', 'ubuntu'],
    ['wheezier', undefined],
    ['constructor', undefined],
  ])('%s belongs to %s', (suite, distro) => {
    expect(distroOf(suite)).toBe(distro);
  });

  it("knows Ubuntu's newest long-supported release", () => {
    expect(newestLts()).toBe('resolute');
  });

  it.each([
    ['debian', 'buster', ['buster main', 'buster-updates main', 'buster/updates security']],
    ['debian', 'bullseye', ['bullseye main', 'bullseye-updates main', 'bullseye-security security']],
    ['debian', 'later', ['later main', 'later-updates main', 'later-security security']],
    ['debian', 'sid', ['sid main']],
    ['ubuntu', 'bionic', ['bionic main', 'bionic-updates main', 'bionic-security security']],
  ] as const)('%s %s has its updates in %j', (distro, suite, expected) => {
    expect(pocketsOf(distro, suite).map(({ name, archive }) => `${name} ${archive}`)).toEqual(expected);
    expect(pocketsOf(distro, suite, false).map(({ name }) => name)).toEqual([suite]);
  });

  it.each([
    ['debian', 'stretch', false],
    ['debian', 'buster', true],
    ['debian', 'bullseye', true],
    ['debian', 'bookworm', false],
    ['debian', 'sid', false],
    ['ubuntu', 'bionic', false],
    ['ubuntu', 'cosmic', false],
    ['ubuntu', 'disco', true],
    ['ubuntu', 'jammy', true],
    ['ubuntu', 'noble', false],
  ] as const)('merging /usr of %s %s by hand: %s', (distro, suite, expected) => {
    expect(needsMergedUsr(distro, suite)).toBe(expected);
  });

  it.each([
    ['debian', 'trixie', true],
    ['ubuntu', 'bionic', true],
    ['ubuntu', 'focal', false],
    ['ubuntu', 'unheard-of', false],
  ] as const)('%s %s has all of i386: %s', (distro, suite, expected) => {
    expect(hasWholeI386(distro, suite)).toBe(expected);
  });

  it.each([
    ['debian', 'buster', true],
    ['debian', 'bullseye', false],
    ['debian', 'stable', false],
    ['ubuntu', 'trusty', true],
    ['ubuntu', 'bionic', false],
  ] as const)("%s %s's keys are retired: %s", (distro, suite, expected) => {
    expect(isRetired(distro, suite)).toBe(expected);
  });
});
