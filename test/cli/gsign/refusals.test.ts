import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gsignRoom } from '../../support/workspaces/gsign-room.js';
import { sha256 } from '../../support/digest.js';

const here = gsignRoom();

describe('gsign refuses, with exit 2 and nothing written,', () => {
  it.each([
    ['no signer', [], "required option '-s, --signer <id>' not specified"],
    ['a misspelt option before that', ['--singer', 'alice'], "unknown option '--singer'"],
    ['a signer that is a path', ['-s', '../alice'], 'the signer "../alice" is not usable'],
    ['a signer that is an option', ['-s', '--version'], 'the signer "--version" is not usable'],
    [
      'a release that is a path',
      ['-s', 'alice@example.org', '-r', 'a/b'],
      'the release "a/b" is not usable: it contains "/"\nhint: choose a name that a folder could have',
    ],
    ['words that need a shell', ['-s', 'x', '-p', 'gpg; id'], `--signing_program "gpg; id" can't be run`],
    [
      'a program that is not there',
      ['-s', 'x', '-p', 'no-such-program'],
      '"no-such-program" is not installed',
    ],
  ])('%s', (_, args, words) => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    const before = here.everything();
    const { exitCode, stdout, stderr } = here.gsign(...args, descriptor);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(here.everything()).toEqual(before);
  });

  it('a missing result', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    const { exitCode, stderr } = here.gsign('-s', 'Bob B', descriptor.replace('hello', 'hello'), '-r', 'x');
    expect([exitCode, stderr.includes('signed as')]).toEqual([0, true]);
    const other = here.workspace.result('other', { a: 'a' });
    writeFileSync(here.at('lonely.yml'), readFileSync(here.at(other), 'utf8').replace('"other"', '"lonely"'));
    const missing = here.gsign('-s', 'Bob B', 'lonely.yml');
    expect(missing).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'gsign: there is no result "result/lonely-res.yml" to sign\nhint: gbuild lonely.yml\n',
    });
  });

  it('a result without outputs, unless --allow-empty insists', () => {
    const descriptor = here.workspace.result('hello', {});
    expect(here.gsign('-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 2 });
    expect(here.gsign('-s', 'Bob B', '--allow-empty', descriptor)).toMatchObject({ exitCode: 0 });
  });

  it('a result of a descriptor that has changed since', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    writeFileSync(here.at(descriptor), `${readFileSync(here.at(descriptor), 'utf8')}# later\n`);
    const { exitCode, stderr } = here.gsign('-s', 'Bob B', descriptor);
    expect(stderr).toContain('the descriptor has changed since, or the result is older');
    expect(exitCode).toBe(2);
  });

  it('the result of an earlier build, as long as the last one has not come to its end', () => {
    const [good, descriptor] = ['good', 'hello world'].map((name) => here.workspace.result(name, { a: 'a' }));
    writeFileSync(here.at('result/hello world-unfinished'), '');
    utimesSync(here.at('result/hello world-unfinished'), 0, 0);
    expect(here.gsign('-s', 'Bob B', good ?? '', descriptor ?? '')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        `gsign: the result "result/hello world-res.yml" may be an earlier build's, since the last one, begun ` +
        `1970-01-01 00:00 UTC, has not come to its end\nhint: gbuild 'hello world.yml'; or, if the earlier build is what ` +
        `you want to sign: rm 'result/hello world-unfinished'\n`,
    });
    expect(existsSync(here.at('sigs'))).toBe(false);
    rmSync(here.at('result/hello world-unfinished'));
    expect(here.gsign('-s', 'Bob B', good ?? '', descriptor ?? '').exitCode).toBe(0);
  });

  it('a broken result', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    writeFileSync(here.at('result/hello-res.yml'), '--- !!omap\n- in_manifest: [1]\n');
    const { exitCode, stderr } = here.gsign('-s', 'Bob B', descriptor);
    expect(stderr).toContain('out_manifest is missing');
    expect(stderr).toContain('in_manifest must be text, not a list');
    expect(exitCode).toBe(2);
  });

  it.each(['res.yml', 'how.json'])('to wait for a FIFO in the place of result/hello-%s', (name) => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    const fifo = here.at(`result/hello-${name}`);
    rmSync(fifo, { force: true });
    execFileSync('mkfifo', [fifo]);
    const { exitCode, stderr } = here.gsign('-s', 'Bob B', descriptor);
    if (name === 'how.json') expect(exitCode, stderr).toBe(0);
    else expect(stderr).toContain('the result "result/hello-res.yml" can\'t be read: it is not a file\n');
  });

  it('to lose a signature for an assertion that says the same', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    expect(here.gsign('-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 0 });
    const before = here.everything();
    expect(here.gsign('--no-sign', '-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 2 });
    expect(here.everything()).toEqual(before);
  });

  it('an assertion that exists, unless --force replaces it', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    expect(here.gsign('-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 0 });
    const path = here.at('sigs/hello/test/Bob B/hello-build.assert');
    const before = readFileSync(`${path}.sig`);
    here.workspace.result('hello', { a: 'b' });
    const again = here.gsign('-s', 'Bob B', descriptor);
    expect(again.stderr).toContain('the assertion "sigs/hello/test/Bob B/hello-build.assert" exists already');
    expect(again.exitCode).toBe(2);
    expect(readFileSync(`${path}.sig`)).toEqual(before);
    expect(here.gsign('-s', 'Bob B', '--force', descriptor)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(path, 'utf8')).toContain(sha256('b'));
    here.home.gpg(['--verify', `${path}.sig`, path]);
  });

  it('a place that is a file', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    mkdirSync(here.at('sigs/hello/test'), { recursive: true });
    for (const path of ['sigs/hello/test/Bob B', 'sigs/hello/2']) writeFileSync(here.at(path), '');
    const refused = (...options: string[]): string => {
      const { exitCode, stderr } = here.gsign('-q', '-s', 'Bob B', ...options, descriptor);
      expect(exitCode).toBe(2);
      return stderr.replace(/\nhint: .*\n$/, '');
    };
    expect(refused('-r', 'test')).toBe('gsign: "sigs/hello/test/Bob B" is not a folder');
    expect(refused('-r', '2')).toBe('gsign: "sigs/hello/2" is not a folder');
    expect(refused('-r', '2', '-d', 'hello.yml')).toBe('gsign: "hello.yml" is not a folder');
    expect(refused('-r', '2', '-d', '/proc/x')).toBe(
      `gsign: "/proc/x" can't be written: no folder can be made there`,
    );
    expect(readdirSync(here.at('sigs/hello/test'))).toEqual(['Bob B']);
  });

  it('a release or a signer that is a link out of the signatures', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    mkdirSync(here.at('sigs/hello/1'), { recursive: true });
    mkdirSync(here.at('elsewhere'));
    symlinkSync('../../elsewhere', here.at('sigs/hello/2'));
    symlinkSync('../../../elsewhere', here.at('sigs/hello/1/Bob B'));
    for (const [release, link] of [
      ['1', 'sigs/hello/1/Bob B'],
      ['2', 'sigs/hello/2'],
    ] as const) {
      const { exitCode, stderr } = here.gsign('-s', 'Bob B', '-r', release, descriptor);
      expect(stderr).toContain(`gsign: "${link}" is a link out of the signatures: it leads to "`);
      expect(exitCode).toBe(2);
    }
    expect(readdirSync(here.at('elsewhere'))).toEqual([]);
    renameSync(here.at('sigs'), here.at('repository'));
    symlinkSync('repository', here.at('sigs'));
    expect(here.gsign('-s', 'Bob B', '-r', '3', descriptor)).toMatchObject({ exitCode: 0 });
  });

  it.skipIf(process.getuid?.() !== 0).each(['sigs', 'sigs/hello'])(
    "signatures that are another user's link (%s; skipped without root)",
    (place) => {
      const descriptor = here.workspace.result('hello', { a: 'a' });
      mkdirSync(here.at('elsewhere/hello'), { recursive: true });
      if (place === 'sigs/hello') mkdirSync(here.at('sigs'));
      symlinkSync(here.at('elsewhere'), here.at(place));
      lchownSync(here.at(place), 65534, 65534);
      for (const more of [[], ['-d', place]]) {
        const { exitCode, stderr } = here.gsign('-s', 'Bob B', '-r', '1', ...more, descriptor);
        expect(stderr).toContain(`"${place}" can't be used: it is another user's link\nhint: see whose`);
        expect(exitCode).toBe(2);
      }
      expect(readdirSync(here.at('elsewhere'), { recursive: true })).toEqual(['hello']);
    },
  );

  it('two descriptors with one place', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    writeFileSync(here.at('copy.yml'), readFileSync(here.at(descriptor)));
    expect(here.gsign('-s', 'Bob B', descriptor, 'copy.yml').stderr).toContain(
      '"hello.yml" and "copy.yml" would both be written',
    );
    expect(here.gsign('-s', 'Bob B', descriptor, descriptor)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'gsign: "hello.yml" is named twice\nhint: name it once\n',
    });
  });
});
