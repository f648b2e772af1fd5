import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GnupgHome } from '../support/gnupg-home.js';
import { outcomeOf, startCommand } from '../support/running-command.js';
import { sha256, SigningWorkspace } from '../support/signing-workspace.js';
import type { Outcome } from '../support/commands.js';

let home: GnupgHome;
let workspace: SigningWorkspace;

beforeAll(() => {
  home = new GnupgHome();
  home.generate('alice@example.org');
  home.generate('Bob B');
});
afterAll(() => {
  home[Symbol.dispose]();
});
beforeEach(() => {
  workspace = new SigningWorkspace();
});
afterEach(() => {
  workspace[Symbol.dispose]();
});

const gsign = (...args: string[]): Outcome => workspace.run('gsign', args, home.env);
const at = (...parts: string[]): string => join(workspace.path, ...parts);
const everything = (): string[] => (readdirSync(workspace.path, { recursive: true }) as string[]).sort();

/** An executable of the test's own. */
function script(name: string, lines: string): string {
  writeFileSync(at(name), `#!/bin/sh\n${lines}\n`);
  chmodSync(at(name), 0o755);
  return at(name);
}

describe('gsign', () => {
  it('writes assertion and signature, and prints their hashes', () => {
    const descriptor = workspace.result('hello', { 'bin/hello': 'hello' });
    const { exitCode, stdout, stderr } = gsign(
      '--signer',
      'alice@example.org',
      '--release',
      '1.0',
      descriptor,
    );
    expect(stderr).toMatch(
      /^signed as alice@example\.org with [0-9A-F]{40} alice@example\.org; the signature is good\n$/,
    );
    expect(exitCode).toBe(0);
    const path = 'sigs/hello/1.0/alice@example.org/hello-build.assert';
    const text = readFileSync(at(path), 'utf8');
    expect(stdout.split('\n')[0]).toBe(`${sha256(text)}  ${path}`);
    expect(stdout.split('\n')[1]).toMatch(
      /^[0-9a-f]{64} {2}sigs\/hello\/1\.0\/alice@example\.org\/hello-build\.assert\.sig$/,
    );
    expect(text.startsWith(readFileSync(at('result/hello-res.yml'), 'utf8'))).toBe(true);
    expect(text.endsWith("- release: '1.0'\n- name: hello\n- type: build\n- optionals:\n")).toBe(true);
    home.gpg(['--verify', `${at(path)}.sig`, at(path)]);
    expect(readdirSync(at('sigs/hello/1.0'))).toEqual(['alice@example.org']);
  });

  it('has the release "test" where none is named, and takes optionals from the descriptor', () => {
    const descriptor = workspace.result('hello', { a: 'a' }, {}, 'optionals: [a, "b c"]\n');
    expect(gsign('-s', 'Bob B', descriptor).exitCode).toBe(0);
    const text = readFileSync(at('sigs/hello/test/Bob B/hello-build.assert'), 'utf8');
    expect(text).toContain('- release: test\n');
    expect(text).toContain('- optionals:\n  - a\n  - b c\n');
  });

  it('writes below --destination and below $GITIAN_BASE', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    expect(gsign('-s', 'Bob B', '-d', 'elsewhere/x', '-r', '2', descriptor).exitCode).toBe(0);
    expect(existsSync(at('elsewhere/x/2/Bob B/hello-build.assert.sig'))).toBe(true);
    const env = { ...home.env, GITIAN_BASE: 'base' };
    expect(workspace.run('gsign', ['-s', 'Bob B', descriptor], env).exitCode).toBe(0);
    expect(existsSync(at('base/sigs/hello/test/Bob B/hello-build.assert.sig'))).toBe(true);
  });

  it('signs several results in one call', () => {
    const descriptors = ['one', 'two'].map((name) => workspace.result(name, { [name]: name }));
    const { exitCode, stdout } = gsign('-s', 'Bob B', '-r', '1', ...descriptors);
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(4);
    expect(existsSync(at('sigs/two/1/Bob B/two-build.assert.sig'))).toBe(true);
  });

  it('signs none of several if one can not be signed', () => {
    const good = workspace.result('good', { a: 'a' });
    const empty = workspace.result('empty', {});
    const { exitCode, stderr } = gsign('-s', 'Bob B', good, empty);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the result "result/empty-res.yml" lists no outputs');
    expect(existsSync(at('sigs'))).toBe(false);
  });

  it('is silent with --quiet', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    expect(gsign('-q', '-s', 'Bob B', descriptor)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('only writes the assertion with --no-sign', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    const { exitCode, stdout, stderr } = gsign('--no-sign', '-s', 'nobody', '-r', '1', descriptor);
    expect(stderr).toBe('not signed; compare the hash where you sign it\n');
    expect(stdout).toBe(
      `${sha256(readFileSync(at('sigs/hello/1/nobody/hello-build.assert'), 'utf8'))}  sigs/hello/1/nobody/hello-build.assert\n`,
    );
    expect(exitCode).toBe(0);
    expect(readdirSync(at('sigs/hello/1/nobody'))).toEqual(['hello-build.assert']);
  });
});

describe('gsign refuses, with exit 2 and nothing written,', () => {
  it.each([
    ['no signer', [], "required option '-s, --signer <id>' not specified"],
    ['a signer that is a path', ['-s', '../alice'], 'the signer "../alice" is not usable'],
    ['a signer that is an option', ['-s', '--version'], 'the signer "--version" is not usable'],
    ['a release that is a path', ['-s', 'alice@example.org', '-r', 'a/b'], 'the release "a/b" is not usable'],
    ['words that need a shell', ['-s', 'x', '-p', 'gpg; id'], `--signing_program "gpg; id" can't be run`],
    [
      'a program that is not there',
      ['-s', 'x', '-p', 'no-such-program'],
      '"no-such-program" is not installed',
    ],
  ])('%s', (_, args, words) => {
    const descriptor = workspace.result('hello', { a: 'a' });
    const before = everything();
    const { exitCode, stdout, stderr } = gsign(...args, descriptor);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(everything()).toEqual(before);
  });

  it('a missing result', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    const { exitCode, stderr } = gsign('-s', 'Bob B', descriptor.replace('hello', 'hello'), '-r', 'x');
    expect([exitCode, stderr.includes('signed as')]).toEqual([0, true]);
    const other = workspace.result('other', { a: 'a' });
    writeFileSync(at('lonely.yml'), readFileSync(at(other), 'utf8').replace('"other"', '"lonely"'));
    const missing = gsign('-s', 'Bob B', 'lonely.yml');
    expect(missing).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'gsign: there is no result "result/lonely-res.yml" to sign\nhint: gbuild lonely.yml\n',
    });
  });

  it('a result without outputs, unless --allow-empty insists', () => {
    const descriptor = workspace.result('hello', {});
    expect(gsign('-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 2 });
    expect(gsign('-s', 'Bob B', '--allow-empty', descriptor)).toMatchObject({ exitCode: 0 });
  });

  it('a result of a descriptor that has changed since', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    writeFileSync(at(descriptor), `${readFileSync(at(descriptor), 'utf8')}# later\n`);
    const { exitCode, stderr } = gsign('-s', 'Bob B', descriptor);
    expect(stderr).toContain('the descriptor has changed since, or the result is older');
    expect(exitCode).toBe(2);
  });

  it('a broken result', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    writeFileSync(at('result/hello-res.yml'), '--- !!omap\n- in_manifest: [1]\n');
    const { exitCode, stderr } = gsign('-s', 'Bob B', descriptor);
    expect(stderr).toContain('out_manifest is missing');
    expect(stderr).toContain('in_manifest must be text, not a list');
    expect(exitCode).toBe(2);
  });

  it('an assertion that exists, unless --force replaces it', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    expect(gsign('-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 0 });
    const path = at('sigs/hello/test/Bob B/hello-build.assert');
    const before = readFileSync(`${path}.sig`);
    workspace.result('hello', { a: 'b' });
    const again = gsign('-s', 'Bob B', descriptor);
    expect(again.stderr).toContain('the assertion "sigs/hello/test/Bob B/hello-build.assert" exists already');
    expect(again.exitCode).toBe(2);
    expect(readFileSync(`${path}.sig`)).toEqual(before);
    expect(gsign('-s', 'Bob B', '--force', descriptor)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(path, 'utf8')).toContain(sha256('b'));
    home.gpg(['--verify', `${path}.sig`, path]);
  });

  it('a place that is a file', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    mkdirSync(at('sigs/hello/test'), { recursive: true });
    for (const path of ['sigs/hello/test/Bob B', 'sigs/hello/2']) writeFileSync(at(path), '');
    for (const release of ['test', '2']) {
      const { exitCode, stderr } = gsign('-s', 'Bob B', '-r', release, descriptor);
      expect(stderr).toContain(`"sigs/hello/${release}/Bob B" can't be written: `);
      expect(exitCode).toBe(2);
    }
    expect(readdirSync(at('sigs/hello/test'))).toEqual(['Bob B']);
  });

  it('two descriptors with one place', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    writeFileSync(at('copy.yml'), readFileSync(at(descriptor)));
    expect(gsign('-s', 'Bob B', descriptor, 'copy.yml').stderr).toContain(
      '"hello.yml" and "copy.yml" would both be written',
    );
  });
});

describe('gsign with a signing program', () => {
  it('adds -u, the signer and the file to its words', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    const program = script(
      'sign',
      `printf '%s\\n' "$@" >args; while [ $# -gt 1 ]; do shift; done; gpg -q --batch -u 'Bob B' --detach-sign "$1"`,
    );
    const { exitCode, stderr } = gsign('-s', 'x y', '-p', `${program} --opt 'a  b' "c d"`, descriptor);
    expect(stderr).toContain('the signature is good');
    expect(exitCode).toBe(0);
    const args = readFileSync(at('args'), 'utf8').split('\n');
    expect(args.slice(0, 5)).toEqual(['--opt', 'a  b', 'c d', '-u', 'x y']);
    expect(args[5]).toMatch(/^\/.*\/hello-build\.assert$/);
  });

  it('takes an armored signature too', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    expect(gsign('-s', 'Bob B', '-p', 'gpg --armor --detach-sign', descriptor)).toMatchObject({
      exitCode: 0,
    });
    expect(readFileSync(at('sigs/hello/test/Bob B/hello-build.assert.sig'), 'utf8')).toContain(
      'BEGIN PGP SIGNATURE',
    );
  });

  it('says that a signature by a key which GnuPG does not have could not be checked', () => {
    using stranger = new GnupgHome();
    stranger.generate('stranger@example.org');
    const descriptor = workspace.result('hello', { a: 'a' });
    const program = script('sign', `exec gpg --homedir ${stranger.path} --batch --detach-sign "$@"`);
    const { exitCode, stderr } = gsign('-s', 'stranger@example.org', '-p', program, descriptor);
    expect(stderr).toContain("the signature can't be checked here");
    expect(exitCode).toBe(0);
  });

  const failing: [string, string, string, string][] = [
    ['ends badly', 'echo "it hurts" >&2; exit 3', 'exited with 3: it hurts', 'it hurts\n'],
    ['makes no signature', 'true', 'made no signature "hello-build.assert.sig"', ''],
    [
      'makes rubbish',
      'for f; do :; done; echo rubbish >"$f.sig"',
      "isn't good: the signature can't be read",
      '',
    ],
    [
      'signs something else',
      `for f; do :; done; echo x | gpg --batch -u 'Bob B' -b >"$f.sig"`,
      "isn't good: not over these bytes",
      '',
    ],
    [
      'signs inline',
      `for f; do :; done; gpg --batch -u 'Bob B' -s -o "$f.sig" "$f"`,
      'not a detached signature',
      '',
    ],
    [
      'changes the assertion',
      `for f; do :; done; gpg --batch -u 'Bob B' -b "$f"; echo x >>"$f"`,
      "isn't good: not over these bytes",
      '',
    ],
  ];
  it.each(failing)('that %s leaves what was there', (_, lines, words, shown) => {
    const descriptor = workspace.result('hello', { a: 'a' });
    expect(gsign('-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 0 });
    const program = script('sign', lines);
    const before = everything().map((path) => [
      path,
      path.includes('build.assert') && readFileSync(at(path)),
    ]);
    const { exitCode, stdout, stderr } = gsign('--force', '-s', 'Bob B', '-p', program, descriptor);
    expect(stderr).toContain('nothing was signed');
    expect(stderr).toContain(words);
    expect(stderr).toContain(shown);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(
      everything().map((path) => [path, path.includes('build.assert') && readFileSync(at(path))]),
    ).toEqual(before);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('interrupted by %s leaves nothing', async (signal) => {
    const descriptor = workspace.result('hello', { a: 'a' });
    const program = script('sign', `echo started >${at('started')}; exec sleep 60`);
    const before = everything();
    const child = startCommand('gsign', ['-s', 'x', '-p', program, descriptor], {
      cwd: workspace.path,
      env: home.env,
    });
    const ended = outcomeOf(child);
    while (!existsSync(at('started'))) await sleep(20);
    child.kill(signal);
    const { exitCode, stderr } = await ended;
    expect(stderr).toContain(`interrupted by ${signal}`);
    expect(exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(everything().filter((name) => name !== 'started')).toEqual(before);
  });
});

describe("gsign translates GnuPG's words", () => {
  it('for a key that is not there', () => {
    const { exitCode, stderr } = gsign('-s', 'nobody', workspace.result('hello', { a: 'a' }));
    expect(stderr).toContain('gsign: nothing was signed: "gpg" has no secret key for "nobody"\n');
    expect(stderr).toContain('hint: ');
    expect(exitCode).toBe(1);
    expect(existsSync(at('sigs'))).toBe(false);
  });

  it('for an expired and a revoked key', () => {
    home.generate('expired@example.org', { at: '20200101T000000', expires: '1y' });
    const revoked = home.generate('revoked@example.org');
    home.revoke(revoked, 1);
    const descriptor = workspace.result('hello', { a: 'a' });
    expect(gsign('-s', 'expired@example.org', descriptor).stderr).toContain('the key has expired\n');
    expect(gsign('-s', 'revoked@example.org', descriptor).stderr).toContain('the key has been revoked\n');
  });

  it('for a passphrase that nobody can be asked for', () => {
    home.gpg([
      '--passphrase',
      'secret',
      '--quick-generate-key',
      'locked@example.org',
      'ed25519',
      'sign',
      'never',
    ]);
    home.stopAgent();
    const { exitCode, stderr } = gsign('-s', 'locked@example.org', workspace.result('hello', { a: 'a' }));
    expect(stderr).toContain('has no way to ask for the passphrase');
    expect(stderr).toContain('export GPG_TTY');
    expect(exitCode).toBe(1);
  });

  it('for a wrong passphrase and a refused one', () => {
    const descriptor = workspace.result('hello', { a: 'a' });
    home.stopAgent();
    const options = 'gpg --batch --pinentry-mode';
    expect(
      gsign(
        '-s',
        'locked@example.org',
        '-p',
        `${options} loopback --passphrase wrong --detach-sign`,
        descriptor,
      ).stderr,
    ).toContain('was given a wrong passphrase');
    expect(
      gsign('-s', 'locked@example.org', '-p', `${options} cancel --detach-sign`, descriptor).stderr,
    ).toContain('was not given the passphrase');
    expect(
      gsign(
        '-s',
        'locked@example.org',
        '-p',
        `${options} loopback --passphrase secret --detach-sign`,
        descriptor,
      ).exitCode,
    ).toBe(0);
  });
});
