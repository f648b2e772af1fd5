import { describe, expect, it } from 'vitest';
import { descriptorText } from '../../../support/samples/descriptor-text.js';
import { problemsOf, validate } from '../../../support/samples/validated.js';

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

  it('come with the keys that are not known, one of which may be the one that is missing', () => {
    expect(problemsOf(descriptorText({ script: undefined, scirpt: 'true' }))).toEqual([
      'x.yml:1:1: script: is missing: expected the text of a bash script',
      'x.yml:9:1: the key "scirpt" is not known, and ignored: did you mean "script"?',
    ]);
    expect(problemsOf(descriptorText({ remotes: '[{ulr: /x, dir: x}]' }))).toEqual([
      'x.yml:6:11: remotes[0].url: is missing: expected a URL (https, http, ssh, git or file), user@host:path, or a path',
      'x.yml:6:12: the key "ulr" is not known, and ignored: did you mean "url"?',
    ]);
  });

  it('do not make a refused name one that is here again', () => {
    const folder =
      'expected the plain name of a folder (letters, digits, inner spaces, "._+@~,=-"), not ".."';
    expect(problemsOf(descriptorText({ files: '[a/b]', remotes: '[{url: /x, dir: ..}]' }))).toEqual([
      `x.yml:6:26: remotes[0].dir: ${folder}`,
      'x.yml:7:9: files[0]: expected the plain name of a file in inputs/, not "a/b"',
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
      'x.yml:1:1: name: is missing: expected a plain name (letters, digits, inner spaces, "._+@~,=-")',
    ],
    [
      { name: 'yes' },
      'x.yml:1:7: name: expected a plain name (letters, digits, inner spaces, "._+@~,=-"), not true',
    ],
    [{ suites: '' }, 'x.yml:3:1: suites: is empty: expected a list with at least one item'],
    [{ suites: '[]' }, 'x.yml:3:9: suites: expected a list with at least one item, not an empty list'],
    [
      { architectures: '[~]' },
      'x.yml:4:17: architectures[0]: is empty: expected one of "amd64", "i386", "linux64"',
    ],
    [
      { remotes: '[{dir: x}]' },
      'x.yml:6:11: remotes[0].url: is missing: expected a URL (https, http, ssh, git or file), user@host:path, or a path',
    ],
    [{ files: '{a: b}' }, 'x.yml:7:8: files: expected a list, not a map'],
    [
      { reference_datetime: undefined },
      'x.yml:1:1: reference_datetime: is missing: expected a date and time such as "2024-02-29 12:00:00", as there are no remotes to take it from',
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
