import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { one, other, signedReleases } from '../../support/workspaces/signed-releases.js';

const here = signedReleases();

describe('gverify --all', () => {
  beforeEach(() => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', other);
    here.repository.sign('alice', one, { release: '1.1' });
    here.repository.sign('bob', one, { release: '1.1' });
    here.repository.sign('alice', one, { release: '2.0rc1' });
    here.repository.write('bob', 'x', { release: '2.0rc1' });
  });

  it('prints a table of everything below a repository', () => {
    expect(here.bothEngines('--all')).toEqual({
      exitCode: 1,
      stdout: [
        'release       package  signers  good  groups  trouble',
        'hello/1.0     hello          2     2  1+1     1 MISMATCH',
        'hello/1.1     hello          2     2  2       -',
        'hello/2.0rc1  hello          2     1  1       1 MISSING SIGNATURE',
        '',
      ].join('\n'),
      stderr: '1 of 3 verified\n',
    });
    expect(here.bothEngines('--all', 'sigs/hello').stdout).toContain('\n1.0      ');
    expect(here.bothEngines('--all', '-d', 'sigs/hello').stdout).toContain('\n1.0      ');
  });

  it('counts a link to a folder as a signer, as without --all', () => {
    symlinkSync('alice', join(here.repository.path, 'sigs/hello/1.1/zoe'));
    symlinkSync('..', join(here.repository.path, 'sigs/hello/1.1/up'));
    symlinkSync('nowhere', join(here.repository.path, 'sigs/hello/1.1/lost'));
    const { stdout } = here.bothEngines('--all', '-r', '1.1');
    expect(stdout).toContain('\nhello/1.1  hello          3     3  2       -\n');
    expect(here.bothEngines('-r', '1.1', 'hello.yml').stdout).toContain('\nzoe: OK (');
  });

  it('chooses by patterns and day', () => {
    const releases = (...args: string[]): string[] =>
      here
        .bothEngines('--all', ...args)
        .stdout.split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0] ?? '');
    expect(releases('-r', '1.*')).toEqual(['hello/1.0', 'hello/1.1']);
    expect(releases('-r', 'hello/2*')).toEqual(['hello/2.0rc1']);
    expect(releases('--package', 'h?llo', '-r', '1.1')).toEqual(['hello/1.1']);
    expect(releases('--since', '2020-01-01')).toHaveLength(3);
  });

  it.each([
    [['-r', '1'], '--release "1"; there are "hello/1.0", "hello/1.1", "hello/2.0rc1"'],
    [['--package', 'zzz', '-r', '1.0'], '--release "1.0" --package "zzz"; there is "hello"'],
    [['--since', '2999-01-01'], '--since "2999-01-01"'],
  ])('says of %j that nothing fits it, and what there is', (args, words) => {
    expect(here.bothEngines('--all', ...args)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `gverify: nothing here fits ${words}\nhint: ask for less, or for all: gverify --all\n`,
    });
  });

  it('exits with 1 where nobody has signed anything', () => {
    mkdirSync(join(here.repository.path, 'empty'));
    const { exitCode, stderr } = here.bothEngines('--all', '-r', '1', 'empty');
    expect([exitCode, stderr]).toEqual([1, 'nobody has signed anything here\n']);
  });

  it('calls nobody OK in a release without the one to compare with', () => {
    here.repository.sign('carol', one, { release: '1.1' });
    expect(here.bothEngines('--all', '-r', '1.*', '--compare-to', 'carol')).toEqual({
      exitCode: 1,
      stdout: [
        'release    package  signers  good  groups  trouble',
        'hello/1.0  hello          2     2  1+1     2 NOT COMPARED, no good assertion of "carol" to compare with',
        'hello/1.1  hello          3     3  3       -',
        '',
      ].join('\n'),
      stderr: '1 of 2 verified\n',
    });
  });

  it('exits with 0 where all that was chosen is verified', () => {
    expect(here.bothEngines('--all', '-r', '1.1').exitCode).toBe(0);
    expect(here.bothEngines('--all', '--threshold', '1', '-r', '2*').exitCode).toBe(0);
  });
});
