import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import { validateDescriptor, type ValidDescriptor } from '../../../src/descriptor/validate.js';
import { readYaml } from '../../../src/yaml/read.js';
import { changed } from '../../support/arbitrary-yaml.js';
import { realisticDescriptors } from '../../support/descriptors.js';
import { descriptorText } from '../../support/hostile-descriptors.js';

const validate = (text: string): ValidDescriptor =>
  validateDescriptor(readYaml(Buffer.from(text), 'x.yml'), 'x.yml');

/** The problems of a descriptor, in the order in which they are told. */
const problemsOf = (text: string): readonly string[] => {
  try {
    validate(text);
  } catch (error) {
    if (!(error instanceof GitianError)) throw error;
    expect(error).toMatchObject({ code: 'descriptor-invalid', exitCode: 2 });
    return error.lines.length > 0 ? error.lines : [error.message];
  }
  return [];
};

describe('a descriptor', () => {
  it.each(Object.entries(realisticDescriptors))('is accepted: %s', (_, text) => {
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(`\ufeff${text.replaceAll('\n', '\r\n')}`)).toEqual([]);
  });

  it('becomes plain typed fields', () => {
    const { descriptor, warnings } = validate(realisticDescriptors['one with every key'] ?? '');
    expect(warnings).toEqual([]);
    expect(descriptor).toEqual({
      name: 'everything',
      distro: 'ubuntu',
      suites: ['bionic', 'focal'],
      architectures: ['amd64', 'i386'],
      packages: ['g++', 'libc6-dev'],
      remotes: [
        // The digits of a hash stay what they are.
        { url: '../hello', dir: 'hello world', commit: '0123456' },
        { url: 'file:///srv/git/x.git', dir: 'x', commit: 'feature/a-b_c' },
        { url: 'ssh://git@example.org:2222/~team/y.git', dir: 'y', commit: undefined },
        { url: 'http://[::1]:8080/z', dir: 'z', commit: undefined },
      ],
      files: ['a.tar'],
      referenceDatetime: '2017-01-01 00:00:00',
      enableCache: true,
      multiarch: ['i386', 'armhf'],
      repositories: [
        {
          source:
            'deb [arch=amd64 signed-by=/usr/share/x.gpg] http://example.org/ubuntu bionic main universe',
          distribution: 'bionic',
          packages: ['gcc-9'],
        },
        { source: 'deb-src http://example.org/ubuntu ./', distribution: 'x/updates', packages: [] },
      ],
      alternatives: [{ package: 'i686-w64-mingw32-g++', path: '/usr/bin/i686-w64-mingw32-g++-posix' }],
      script: 'true',
      sudo: false,
      optionals: ['debug/hello.dbg'],
      dockerImageDigests: [`sha256:${'0'.repeat(64)}`, '1'.repeat(64)],
    });
  });

  it('has empty lists, no cache, no sudo and Ubuntu where nothing is said', () => {
    const said = validate(realisticDescriptors['one with keys that have no value'] ?? '').descriptor;
    expect(said).toMatchObject({
      distro: 'ubuntu',
      packages: [],
      remotes: [],
      files: [],
      enableCache: false,
      sudo: false,
    });
    const left = descriptorText({
      distro: undefined,
      packages: undefined,
      remotes: undefined,
      files: undefined,
    });
    expect(validate(left).descriptor).toMatchObject({
      distro: 'ubuntu',
      packages: [],
      remotes: [],
      files: [],
    });
  });

  it('takes digits as text', () => {
    const { descriptor } = validate(
      descriptorText({
        name: '2024',
        remotes: '[{url: /x, dir: 7, commit: 1234567}]',
        files: '[1, 1.10, 08]',
      }),
    );
    expect(descriptor).toMatchObject({
      name: '2024',
      remotes: [{ dir: '7', commit: '1234567' }],
      files: ['1', '1.10', '08'],
    });
  });

  it('keeps its script as it is', () => {
    expect(validate(descriptorText({ script: '|\n\n  a "$b"\n    c\\\n\n  d' })).descriptor.script).toBe(
      '\na "$b"\n  c\\\n\nd\n',
    );
  });
});

describe('all problems', () => {
  it('are told in one go, in the order of the file, each with its place', () => {
    const text = `script: []
suites: bionic
architectures: [x86_64, amd64]
packages:
  - "curl"
  - "lib*"
remotes:
  - url: ext::sh -c x
    dir: ..
  - nothing
reference_datetime: 2017-02-29 00:00:00
enable_cache: maybe
name: a/b
`;
    expect(problemsOf(text)).toEqual([
      'x.yml:1:9: script: expected the text of a bash script, not an empty list',
      'x.yml:2:9: suites: expected a list, not "bionic"',
      'x.yml:3:17: architectures[0]: expected one of "amd64", "i386", "linux64", not "x86_64"',
      'x.yml:6:5: packages[1]: expected a Debian package such as "make", "zlib1g-dev:i386" or "cmake=3.25.1-1", not "lib*"',
      'x.yml:8:10: remotes[0].url: expected a URL (https, http, ssh, git or file), user@host:path, or a path, not "ext::sh -c x"',
      'x.yml:9:10: remotes[0].dir: expected the plain name of a folder (letters, digits, inner spaces, "._+@~,=-"), not ".."',
      'x.yml:10:5: remotes[1]: expected a map with the keys url, dir, commit, not "nothing"',
      'x.yml:11:21: reference_datetime: expected a date and time such as "2024-02-29 12:00:00", not "2017-02-29 00:00:00"',
      'x.yml:12:15: enable_cache: expected true or false, not "maybe"',
      'x.yml:13:7: name: expected a plain name (letters, digits, inner spaces, "._+@~,=-"), not "a/b"',
    ]);
  });

  it('are counted in the sentence; one alone is the sentence', () => {
    expect(() => validate(descriptorText({ name: 'a/b' }))).toThrow(/^x\.yml:1:7: name: expected /);
    expect(() => validate(descriptorText({ name: 'a/b', distro: 'x' }))).toThrow(/^x\.yml has 2 problems:$/);
  });

  it('are not all told where there are too many', () => {
    const lines = problemsOf(descriptorText({ packages: `[${Array(70).fill('A').join(', ')}]` }));
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toBe('and 20 more');
  });

  it('show long values in part', () => {
    expect(problemsOf(descriptorText({ distro: 'x'.repeat(500) }))).toEqual([
      `x.yml:2:9: distro: expected one of "ubuntu", "debian", not "${'x'.repeat(60)}"…`,
    ]);
  });
});

describe('a single problem', () => {
  it.each<[Record<string, string | undefined>, string]>([
    [
      { name: undefined },
      'x.yml:1:1: name: expected a plain name (letters, digits, inner spaces, "._+@~,=-"), not nothing',
    ],
    [
      { name: 'yes' },
      'x.yml:1:7: name: expected a plain name (letters, digits, inner spaces, "._+@~,=-"), not true',
    ],
    [{ suites: '' }, 'x.yml:3:1: suites: expected a list with at least one item, not nothing'],
    [{ suites: '[]' }, 'x.yml:3:9: suites: expected a list with at least one item, not an empty list'],
    [
      { architectures: '[~]' },
      'x.yml:4:17: architectures[0]: expected one of "amd64", "i386", "linux64", not nothing',
    ],
    [
      { remotes: '[{dir: x}]' },
      'x.yml:6:11: remotes[0].url: expected a URL (https, http, ssh, git or file), user@host:path, or a path, not nothing',
    ],
    [{ files: '{a: b}' }, 'x.yml:7:8: files: expected a list, not a map'],
    [
      { reference_datetime: undefined },
      'x.yml:1:1: reference_datetime: expected a date and time such as "2024-02-29 12:00:00", as there are no remotes to take it from, not nothing',
    ],
    [
      { docker_image_digests: `['${'a'.repeat(64)}', '${'b'.repeat(64)}']` },
      'x.yml:11:23: docker_image_digests: expected as many digests as suites (1), not 2',
    ],
    [
      { name: 'common', enable_cache: 'true' },
      'x.yml:1:7: name: expected another name than "common", whose cache is the one that all share',
    ],
    [
      { files: '[a]', remotes: '[{url: /x, dir: a}]' },
      'x.yml:6:26: remotes[0].dir: expected a name of its own, not "a" again',
    ],
  ])('of %j', (changes, problem) => {
    expect(problemsOf(descriptorText(changes))).toEqual([problem]);
  });

  it('of a descriptor that is no map', () => {
    expect(problemsOf('- a\n')[0]).toMatch(
      /^x\.yml:1:1: expected a map with the keys name, distro, .*, not a list$/,
    );
  });
});

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

describe('a warning', () => {
  const warningsOf = (text: string): readonly string[] => validate(text).warnings;

  it('tells unknown keys with their place and the nearest known one', () => {
    const text = descriptorText({
      packages: undefined,
      ipackages: '[curl]',
      remotes: '[{url: /x, dir: x, comit: main}]',
      colour: 'red',
    });
    expect(warningsOf(text)).toEqual([
      'x.yml:5:29: the key "comit" is not known, and ignored: did you mean "commit"?',
      'x.yml:10:1: the key "ipackages" is not known, and ignored: did you mean "packages"?',
      'x.yml:11:1: the key "colour" is not known, and ignored',
    ]);
  });

  it.each([
    ['Name', 'name'],
    ['suite', 'suites'],
    ['architecture', 'architectures'],
    ['remote', 'remotes'],
    ['enable-cache', 'enable_cache'],
    ['reference_date', 'reference_datetime'],
    ['optional', 'optionals'],
  ])('suggests for %s the key %s', (key, known) => {
    expect(warningsOf(descriptorText({ [key]: 'x' }))).toEqual([
      `x.yml:11:1: the key "${key}" is not known, and ignored: did you mean "${known}"?`,
    ]);
  });

  it('tells the keys of forks', () => {
    const text = descriptorText({
      backports_packages: '[x]',
      repositories: '[{source: deb http://x y, distribution: y, key: k, name: n}]',
    });
    expect(warningsOf(text)).toEqual([
      'x.yml:11:1: "backports_packages" is another program\'s key, and ignored',
      'x.yml:12:58: the key "key" is not known, and ignored',
      'x.yml:12:66: the key "name" is not known, and ignored',
    ]);
  });

  it('tells keys that are there twice, and the last one counts', () => {
    const { descriptor, warnings } = validate(`name: first\n${descriptorText()}`);
    expect(descriptor.name).toBe('test');
    expect(warnings).toEqual(['x.yml:2:1: the key "name" is here again, and the last one counts']);
  });

  it('tells suites and architectures that would be built twice', () => {
    const { descriptor, warnings } = validate(
      descriptorText({ suites: '[a, b, a]', architectures: '[i386, i386]' }),
    );
    expect(descriptor).toMatchObject({ suites: ['a', 'b'], architectures: ['i386'] });
    expect(warnings).toEqual([
      'x.yml:3:16: suites[2]: "a" is here again, and counts once',
      'x.yml:4:23: architectures[1]: "i386" is here again, and counts once',
    ]);
  });
});

describe('any descriptor', () => {
  it('is accepted, or refused with places', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(realisticDescriptors)).chain(changed), (text) => {
        const outcome = outcomeOf(text);
        if (outcome instanceof GitianError) {
          expect(outcome.exitCode).toBe(2);
          for (const line of outcome.lines.length > 0 ? outcome.lines : [outcome.message]) {
            expect(line).toMatch(/^x\.yml:\d+:\d+: /);
          }
        } else
          expect(outcome).toMatchObject({
            descriptor: { distro: expect.stringMatching(/^(?:ubuntu|debian)$/) as unknown },
          });
      }),
      { numRuns: 1000 },
    );
  });

  const outcomeOf = (text: string): unknown => {
    try {
      return validate(text);
    } catch (error) {
      return error;
    }
  };
});
