import { describe, expect, it } from 'vitest';
import { archiveArchitecture, chooseBase } from '../../../src/base-image/choose.js';
import { parseOsRelease } from '../../../src/base-image/host-system.js';

const bookworm = { distro: 'debian', suite: 'bookworm' } as const;
const jammy = { distro: 'ubuntu', suite: 'jammy' } as const;

describe('which base image is made', () => {
  it.each([
    ["the host's own", {}, bookworm, 'debian bookworm amd64'],
    ["the host's own distribution's suite", { distro: 'ubuntu' }, jammy, 'ubuntu jammy amd64'],
    ["Ubuntu's newest LTS on other hosts", {}, undefined, 'ubuntu resolute amd64'],
    ["Ubuntu's newest LTS on Debian", { distro: 'ubuntu' }, bookworm, 'ubuntu resolute amd64'],
    ['a suite of its own distribution', { suite: 'noble' }, bookworm, 'ubuntu noble amd64'],
    [
      'an unheard-of suite of a distribution',
      { distro: 'debian', suite: 'newer' },
      jammy,
      'debian newer amd64',
    ],
    ['another architecture', { architecture: 'i386' }, bookworm, 'debian bookworm i386'],
    [
      'the older word for amd64, as in descriptors',
      { architecture: 'linux64' },
      bookworm,
      'debian bookworm linux64',
    ],
  ])('is %s', (_, wish, host, expected) => {
    const { distro, suite, architecture, updates } = chooseBase(wish, host);
    expect(`${distro} ${suite} ${architecture}`).toBe(expected);
    expect(updates).toBe(true);
  });

  it('leaves out the updates', () => {
    expect(chooseBase({ updates: false }, bookworm).updates).toBe(false);
  });

  it.each([
    [{ distro: 'fedora' }, '--distro must be debian or ubuntu, not "fedora"'],
    [{ architecture: 'arm64' }, '--arch must be amd64 or i386, not "arm64"'],
    [{ suite: '../x' }, '--suite must be the name of a suite, such as bookworm, not "../x"'],
    [{ suite: '-x' }, '--suite must be the name of a suite, such as bookworm, not "-x"'],
    [{ suite: 'a$)b' }, '--suite must be the name of a suite, such as bookworm, not "a$)b"'],
    [{ suite: '' }, '--suite must be the name of a suite, such as bookworm, not ""'],
    [{ suite: 'unheard-of' }, 'it is not known whether the suite "unheard-of" is Debian\'s or Ubuntu\'s'],
    [{ distro: 'ubuntu', suite: 'bookworm' }, 'the suite "bookworm" is Debian\'s, and not Ubuntu\'s'],
  ])('refuses %j', (wish, message) => {
    expect(() => chooseBase(wish, bookworm)).toThrow(message);
  });

  it('asks for a suite of Debian where the host has none to suggest', () => {
    expect(() => chooseBase({ distro: 'debian' }, jammy)).toThrow("this host doesn't run Debian");
  });

  it.each([
    ['amd64', 'amd64'],
    ['linux64', 'amd64'],
    ['i386', 'i386'],
  ])('asks the archive for %s as %s', (architecture, expected) => {
    expect(archiveArchitecture(architecture)).toBe(expected);
  });
});

describe('os-release', () => {
  it.each([
    ['ID=debian\nVERSION_CODENAME=bookworm\n', bookworm],
    ['NAME="Ubuntu"\nID=ubuntu\nVERSION_CODENAME="jammy"\n', jammy],
    ["ID='debian'\nVERSION_CODENAME='bookworm'", bookworm],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=victoria\nUBUNTU_CODENAME=jammy\n', undefined],
    ['ID=debian\n', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(parseOsRelease(text)).toEqual(expected);
  });
});
