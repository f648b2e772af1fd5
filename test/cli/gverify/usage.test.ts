import { describe, expect, it } from 'vitest';
import { one, signedReleases } from '../../support/workspaces/signed-releases.js';

const here = signedReleases();

describe('gverify ends with exit 2', () => {
  it.each([
    ['without a descriptor', [], "missing required argument 'descriptor'"],
    [
      'for a descriptor that is not there',
      ['no.yml'],
      'the descriptor "no.yml" can\'t be read: it does not exist',
    ],
    ['for a release that is not there', ['-r', '9', 'hello.yml'], 'there is no release "sigs/hello/9"'],
    ['for a release that is a path', ['-r', '../x', 'hello.yml'], 'the release "../x" is not usable'],
    [
      'for a program that needs a shell',
      ['-p', 'gpg | cat', 'hello.yml'],
      `--verify-program "gpg | cat" can't be run`,
    ],
    [
      'for a program that is not there',
      ['-r', '1.0', '-p', 'no-such-gpg', 'hello.yml'],
      '"no-such-gpg" is not installed',
    ],
    ['for keys that are not there', ['-r', '1.0', '--keys', 'no', 'hello.yml'], 'no keys can be read from'],
    [
      'for two ways to check',
      ['--keys', 'x', '-p', 'gpg', 'hello.yml'],
      "--keys doesn't go with --verify-program",
    ],
    ['for -v with --all', ['--all', '-v'], "--verbose doesn't go with --all"],
    ['for -m with --all', ['--all', '-m'], "--markup doesn't go with --all"],
    ['for --no-markup with --all', ['--all', '--no-markup'], "--no-markup doesn't go with --all"],
    ['for --explain with --all', ['--all', '--explain'], "--explain doesn't go with --all"],
    [
      'for two formats',
      ['--json', '--format', 'text', 'hello.yml'],
      "--json doesn't go with --format text: ",
    ],
    [
      'for a package beside a descriptor',
      ['--package', 'x', 'hello.yml'],
      "--package doesn't go with a descriptor: it chooses among the packages of --all, and a descriptor names one",
    ],
    [
      'for a threshold that nobody can have',
      ['--threshold', '9999999999', 'hello.yml'],
      '--threshold must be at most 999999999, not "9999999999"',
    ],
    ['for two repositories', ['--all', '-d', 'sigs', 'sigs'], '--destination doesn\'t go with "sigs"'],
    [
      'for signers that are not there',
      ['-r', '1.0', '--signers', 'no.yml', 'hello.yml'],
      'the list of signers "no.yml"',
    ],
    [
      'for a threshold that is no number',
      ['--threshold', 'all', 'hello.yml'],
      '--threshold must be a whole number',
    ],
    ['for a threshold of nothing', ['--threshold', '0', 'hello.yml'], '--threshold must be a whole number'],
    ['for a day that is none', ['--all', '--since', '2024-02-30'], '--since must be a day'],
    [
      'for a format that is none',
      ['--format', 'xml', 'hello.yml'],
      '--format must be text, json or github, not "xml"',
    ],
    [
      'for a repository that is not there',
      ['--all', 'nowhere'],
      'the signature repository "nowhere" can\'t be read: it does not exist\nhint: name the folder with the signatures: gverify --all <repository>\n',
    ],
    [
      'for a repository that is a file',
      ['--all', 'hello.yml'],
      'the signature repository "hello.yml" can\'t be read: it is not a folder\n',
    ],
  ])('%s', (_, args, words) => {
    here.repository.sign('alice', one);
    const { exitCode, stdout, stderr } = here.repository.gverify(...args);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
  });
});
