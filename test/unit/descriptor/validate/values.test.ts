import { describe, expect, it } from 'vitest';
import { descriptorText } from '../../../support/samples/descriptor-text.js';
import { problemsOf, validate } from '../../../support/samples/validated.js';

describe('a reference date', () => {
  it('is not needed where a remote has one', () => {
    const text = descriptorText({ reference_datetime: undefined, remotes: '[{url: /x, dir: x}]' });
    expect(validate(text).descriptor.referenceDatetime).toBeUndefined();
  });

  it.each(['2016-02-29 00:00:00', '1999-12-31 23:59:59', '2100-01-01 00:00:00'])('may be %s', (date) => {
    expect(validate(descriptorText({ reference_datetime: date })).descriptor.referenceDatetime).toBe(date);
  });

  it.each([
    '2016-02-29',
    '2016-02-30 00:00:00',
    '2100-02-29 00:00:00',
    '2016-13-01 00:00:00',
    '2016-01-01 24:00:00',
    '2016-01-01 00:60:00',
    '2016-1-1 00:00:00',
    '2016-01-01T00:00:00',
    '2016-01-01 00:00:00 UTC',
  ])('may not be %s', (date) => {
    expect(problemsOf(descriptorText({ reference_datetime: date }))).toHaveLength(1);
  });
});

describe('a package', () => {
  it.each([
    'g++',
    'libstdc++6',
    'libsigc++-2.0-dev',
    '7zip',
    'libc6-dev:i386',
    'make:any',
    'cmake=3.25.1-1',
    'xz=1:2.0~rc1+dfsg-1',
    'gcc:amd64=4:12.2.0-3',
    'hello/bookworm-backports',
  ])('may be %s', (name) => {
    expect(validate(descriptorText({ packages: JSON.stringify([name]) })).descriptor.packages).toEqual([
      name,
    ]);
  });

  // What apt-get would remove, look up as a pattern, or take for a file or an option.
  it.each([
    'make-',
    'g++-',
    'make=4.3-',
    'lib*',
    '^make$',
    'task^',
    '?name(x)',
    '~nmake',
    './x.deb',
    '/x.deb',
    '-y',
    '--purge',
    'Make',
    'a',
    'make gcc',
    'make=',
    'make=*',
    'make/',
    '',
  ])('may not be %s', (name) => {
    expect(problemsOf(descriptorText({ packages: JSON.stringify([name]) }))).toHaveLength(1);
  });
});

describe('a url', () => {
  it.each([
    'https://example.org/x.git',
    'https://user:password@example.org:8443/x',
    'http://127.0.0.1/x',
    'git://example.org/x',
    'ssh://git@example.org/x',
    'git@example.org:x.git',
    'example.org:x/y',
    'file:///srv/x',
    '/srv/my clones/x',
    '../x',
    'x',
    './a:b',
  ])('may be %s', (url) => {
    expect(problemsOf(descriptorText({ remotes: `[{url: ${JSON.stringify(url)}, dir: x}]` }))).toEqual([]);
  });
});
