import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executable } from '../../support/commands.js';
import { one, other, signedReleases } from '../../support/workspaces/signed-releases.js';
import { sha256 } from '../../support/digest.js';

const here = signedReleases();

describe('gverify', () => {
  it("says OK, MISMATCH and BAD SIGNATURE in the original's words, sorted by signer", () => {
    here.repository.sign('carol', one);
    here.repository.sign('alice', one);
    here.repository.sign('bob', other);
    here.repository.sign('a@b c', one, { key: 'carol' });
    appendFileSync(here.repository.assertion('a@b c'), ' ');
    const { exitCode, stdout, stderr } = here.bothEngines('-r', '1.0', 'hello.yml');
    expect(stdout).toBe(
      [
        `a@b c: BAD SIGNATURE (not over these bytes, or not by the key ${here.key('carol')})`,
        'alice: OK',
        'bob: MISMATCH (1 output differs, 1 is missing, 1 is extra)',
        'carol: OK',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('not verified: 2 signers with 2 keys agree; 2 of 4 signers failed\n');
    expect(exitCode).toBe(1);
  });

  it('exits with 0 when all agree', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', one);
    expect(here.bothEngines('-r', '1.0', 'hello.yml')).toEqual({
      exitCode: 0,
      stdout: 'alice: OK\nbob: OK\n',
      stderr: 'verified: 2 signers with 2 keys agree\n',
    });
  });

  it('looks at the release "current" unless told otherwise, below --destination or $GITIAN_BASE', () => {
    here.repository.sign('alice', one, { release: 'current' });
    expect(here.repository.gverify('hello.yml').stdout).toBe('alice: OK\n');
    expect(here.repository.gverify('-d', 'sigs/hello', 'hello.yml').stdout).toBe('alice: OK\n');
    expect(here.repository.gverify('-d', 'sigs', '-r', 'hello', 'hello.yml').exitCode).toBe(1);
  });

  it.each([
    ['beside the one that is not there', ['-r', '9'], '--release 2.0, for example; there are "1.0", "2.0"'],
    ["in the package's own folder", ['-d', 'sigs', '-r', '1.0'], '--destination sigs/hello --release 1.0'],
    [
      "in the package's own folder, where the one that is not there isn't either",
      ['-d', 'sigs', '-r', '9'],
      '--destination sigs/hello --release 2.0, for example; there are "1.0", "2.0"',
    ],
  ])('hints at the releases that there are, %s', (_, args, hint) => {
    here.repository.sign('alice', one);
    here.repository.sign('alice', one, { release: '2.0' });
    mkdirSync(join(here.repository.path, 'sigs/hello/keys'));
    const { exitCode, stderr } = here.repository.gverify(...args, 'hello.yml');
    expect(stderr).toMatch(/^gverify: there is no release "sigs\/.*"\nhint: gverify .*\n$/);
    expect(stderr).toContain(`\nhint: gverify ${hint}\n`);
    expect(exitCode).toBe(2);
  });

  it('shows keys, times and differing lines with --verbose', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', other);
    const { stdout } = here.bothEngines('-v', '-r', '1.0', 'hello.yml');
    expect(stdout).toContain(`  key ${here.key('alice')}\n  user alice@example.org\n`);
    expect(stdout).toMatch(/ {2}signed \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, EdDSA SHA-256\n/);
    const lines = [
      `- ${sha256('hello')}  bin/hello`,
      `+ ${sha256('hullo')}  bin/hello`,
      `+ ${sha256('x')}  extra`,
      `- ${sha256('tar')}  src/hello.tar`,
    ];
    expect(stdout).toContain(`${lines.join('\n')}\n`);
  });

  it('marks verdicts only where it is told to', () => {
    here.repository.sign('alice', one);
    expect(here.repository.gverify('-r', '1.0', 'hello.yml').stdout).toBe('alice: OK\n');
    expect(here.repository.gverify('-m', '-r', '1.0', 'hello.yml').stdout).toBe(
      '\u001b[1malice: OK\u001b[0m\n',
    );
    expect(here.repository.gverify('--no-markup', '-r', '1.0', 'hello.yml').stdout).toBe('alice: OK\n');
  });

  it.each([
    ['xterm', '\u001b[1malice: OK\u001b[0m\r\n'],
    ['dumb', 'alice: OK\r\n'],
  ])('marks verdicts on a terminal of the type %s as it can show them', (TERM, shown) => {
    here.repository.sign('alice', one);
    const command = `exec '${executable('gverify')}' -r 1.0 hello.yml 2>/dev/null`;
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: here.repository.path,
      encoding: 'utf8',
      env: { ...here.home.env, TERM, NO_COLOR: '' },
    });
    expect(stdout).toBe(shown);
  });

  it('compares with whom --compare-to names', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', other);
    here.repository.sign('carol', one);
    expect(here.bothEngines('-r', '1.0', '-c', 'bob', 'hello.yml').stdout).toMatch(
      /^alice: MISMATCH.*\nbob: OK\ncarol: MISMATCH/,
    );
  });

  it('compares with nobody whose signature is not good', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', one);
    appendFileSync(here.repository.assertion('bob'), '#');
    const bad = here.bothEngines('-r', '1.0', '-c', 'bob', 'hello.yml');
    expect(bad.stderr).toContain('gverify: nothing can be compared with "bob": BAD SIGNATURE');
    expect([bad.exitCode, bad.stdout]).toEqual([1, '']);
    const missing = here.bothEngines('-r', '1.0', '-c', 'zoe', 'hello.yml');
    expect(missing.stderr).toContain('there is no assertion of "zoe" to compare with');
    expect(missing.stderr).toContain('hint: compare with one of those who signed; there ');
    expect(missing.exitCode).toBe(2);
  });

  it('tells missing signatures and results, links and devices', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', one);
    rmSync(`${here.repository.assertion('bob')}.sig`);
    mkdirSync(join(here.repository.path, 'sigs/hello/1.0/carol'));
    mkdirSync(join(here.repository.path, 'sigs/hello/1.0/.git'));
    writeFileSync(join(here.repository.path, 'sigs/hello/1.0/README'), '');
    mkdirSync(join(here.repository.path, 'sigs/hello/1.0/dev'));
    symlinkSync('/dev/zero', here.repository.assertion('dev'));
    spawnSync('mkfifo', [`${here.repository.assertion('dev')}.sig`]);
    const { exitCode, stdout } = here.bothEngines('-r', '1.0', 'hello.yml');
    expect(stdout).toBe(
      [
        'alice: OK',
        'bob: MISSING SIGNATURE (the assertion has no signature)',
        'carol: MISSING RESULT (no assertion of this package)',
        "dev: BAD SIGNATURE (the signature can't be read: it is not a file)",
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(1);
    rmSync(join(here.repository.path, 'sigs/hello/1.0/bob'), { recursive: true });
    rmSync(join(here.repository.path, 'sigs/hello/1.0/dev'), { recursive: true });
    expect(here.bothEngines('-r', '1.0', 'hello.yml').exitCode).toBe(0);
  });

  it('exits with 1 when nobody has signed', () => {
    mkdirSync(join(here.repository.path, 'sigs/hello/1.0'), { recursive: true });
    expect(here.bothEngines('-r', '1.0', 'hello.yml')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'not verified: nobody has signed this release\n',
    });
  });

  it('does not read what is not signed, and says so of what is signed and can not be read', () => {
    // Text that would make any reader of YAML fail, under no good signature.
    here.repository.write('alice', '{{{ - : \t', { key: 'alice' });
    here.repository.write('bob', '{{{ - : \t');
    here.repository.write('carol', '{{{', { key: 'carol' });
    appendFileSync(here.repository.assertion('carol'), '{');
    const { stdout } = here.bothEngines('-r', '1.0', 'hello.yml');
    expect(stdout).toMatch(
      /^alice: UNREADABLE \(.+\)\nbob: MISSING SIGNATURE \(.+\)\ncarol: BAD SIGNATURE \(not over/,
    );
  });

  it('finds out what was swapped between releases and packages', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', one);
    // Another release's files, as they are, with their good signature.
    here.repository.sign('bob', one, { release: '0.9' });
    for (const ending of ['', '.sig']) {
      writeFileSync(
        `${here.repository.assertion('bob')}${ending}`,
        readFileSync(`${here.repository.assertion('bob', '0.9')}${ending}`),
      );
    }
    here.repository.sign('carol', one, { name: 'other' });
    const { stdout } = here.bothEngines('-r', '1.0', 'hello.yml');
    expect(stdout).toBe(
      [
        'alice: OK',
        'bob: MISMATCH (the assertion is of release "0.9", not of "1.0")',
        'carol: MISMATCH (the assertion is of "other", not of "hello")',
        '',
      ].join('\n'),
    );
  });

  it('shows nothing that a terminal would obey', () => {
    here.repository.sign('alice', { 'a\u001b[2J': 'x' });
    here.repository.sign('bob', { 'b\u202e': 'x' });
    mkdirSync(join(here.repository.path, 'sigs/hello/1.0/x\u001b]0;y\u0007'));
    const { stdout } = here.bothEngines('-v', '--explain', '-r', '1.0', 'hello.yml');
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(stdout).toContain('x\\x1b]0;y\\x07: MISSING RESULT');
  });
});
