import { describe, expect, it } from 'vitest';
import {
  archiveUrl,
  asGuestReaches,
  firstKnown,
  givenArchives,
  sourceLines,
  throughProxy,
  wholeArchives,
} from '../../../src/base-image/archives/mirrors.js';

const archives = { main: 'http://a.test/debian', security: 'http://s.test/debian-security' };

describe('archives', () => {
  it.each([
    ['http://a.test/debian', 'http://a.test/debian'],
    ['https://a.test/debian/', 'https://a.test/debian'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ])('takes %s', (given, expected) => {
    expect(archiveUrl(given)).toBe(expected);
  });

  it.each([
    'file:///srv/debian',
    'ftp://a.test/debian',
    'a.test/debian',
    'http://user:word@a.test/debian',
    'http://a.test/debian?x',
    'http://a.test/deb ian',
    'http://a.test/debian\nroot',
    '[trusted=yes] http://a.test/debian',
    'http://a.test/"debian"',
    '',
  ])('refuses %j', (given) => {
    expect(() => archiveUrl(given)).toThrow('--mirror must be an http or https address');
  });

  it('takes two of them at most', () => {
    expect(givenArchives([])).toEqual({ main: undefined, security: undefined });
    expect(givenArchives(['http://a.test/x', 'http://b.test/y'])).toEqual({
      main: 'http://a.test/x',
      security: 'http://b.test/y',
    });
    expect(() => givenArchives(['http://a.test', 'http://b.test', 'http://c.test'])).toThrow('at most twice');
  });

  it('takes each from the first source that knows it', () => {
    expect(firstKnown('debian', {}, [{ security: 'http://x.test' }, archives])).toEqual({
      main: archives.main,
      security: 'http://x.test',
    });
    expect(firstKnown('debian', { main: 'http://own.test' }, [archives])).toEqual({
      main: 'http://own.test',
      security: archives.security,
    });
  });

  it("takes Ubuntu's security updates from the archive that was named", () => {
    const given = { main: 'http://own.test/ubuntu' };
    expect(firstKnown('ubuntu', given, [archives]).security).toBe('http://own.test/ubuntu');
  });

  it('says which is not known', () => {
    const suite = { distro: 'debian', suite: 'bookworm', updates: true } as const;
    expect(wholeArchives(suite, archives)).toEqual(archives);
    expect(() => wholeArchives(suite, {})).toThrow('no archive of Debian\'s "bookworm" is known');
    expect(() => wholeArchives(suite, { main: 'http://a.test' })).toThrow(
      'no archive with the security updates',
    );
    expect(wholeArchives({ ...suite, updates: false }, { main: 'http://a.test' }).main).toBe('http://a.test');
    expect(wholeArchives({ ...suite, suite: 'sid' }, { main: 'http://a.test' }).main).toBe('http://a.test');
  });

  it('writes apt lines', () => {
    expect(sourceLines({ distro: 'debian', suite: 'bookworm', updates: true }, archives)).toEqual([
      'deb http://a.test/debian bookworm main contrib',
      'deb http://a.test/debian bookworm-updates main contrib',
      'deb http://s.test/debian-security bookworm-security main contrib',
    ]);
    expect(sourceLines({ distro: 'ubuntu', suite: 'noble', updates: false }, archives)).toEqual([
      'deb http://a.test/debian noble main universe',
    ]);
  });
});

describe('an apt-cacher-ng', () => {
  it('has the archives below its own address', () => {
    expect(throughProxy(archives, '192.0.2.1')).toEqual({
      main: 'http://192.0.2.1:3142/a.test/debian',
      security: 'http://192.0.2.1:3142/s.test/debian-security',
    });
  });

  it('is told of https and of ports', () => {
    const { main, security } = throughProxy(
      { main: 'https://a.test/debian', security: 'http://s.test:8080' },
      '::1',
    );
    expect(main).toBe('http://[::1]:3142/HTTPS///a.test/debian');
    expect(security).toBe('http://[::1]:3142/s.test:8080');
  });
});

describe('what the guest reaches', () => {
  it.each([
    ['http://127.0.0.1:3142/a.test/debian', 'http://10.0.2.2:3142/a.test/debian'],
    ['http://localhost/debian', 'http://10.0.2.2/debian'],
    ['http://[::1]:80/debian', 'http://10.0.2.2:80/debian'],
    ['http://127.0.0.1.test/debian', 'http://127.0.0.1.test/debian'],
    ['https://a.test/127.0.0.1/debian', 'https://a.test/127.0.0.1/debian'],
    ['http://192.0.2.1:3142/a.test', 'http://192.0.2.1:3142/a.test'],
  ])('of %s is %s', (url, expected) => {
    expect(asGuestReaches({ main: url, security: url }, '10.0.2.2')).toEqual({
      main: expected,
      security: expected,
    });
  });
});
