import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gsignRoom } from '../../support/workspaces/gsign-room.js';
import { sha256 } from '../../support/digest.js';

const here = gsignRoom();

describe('gsign', () => {
  it('writes assertion and signature, and prints their hashes', () => {
    const descriptor = here.workspace.result('hello', { 'bin/hello': 'hello' });
    const { exitCode, stdout, stderr } = here.gsign(
      '--signer',
      'alice@example.org',
      '--release',
      '1.0',
      descriptor,
    );
    expect(stderr).toMatch(
      /^hello, release 1\.0: 1 output\nsigned as alice@example\.org with [0-9A-F]{40} alice@example\.org; the signature is good\n$/,
    );
    expect(exitCode).toBe(0);
    const path = 'sigs/hello/1.0/alice@example.org/hello-build.assert';
    const text = readFileSync(here.at(path), 'utf8');
    expect(stdout.split('\n')[0]).toBe(`${sha256(text)}  ${path}`);
    expect(stdout.split('\n')[1]).toMatch(
      /^[0-9a-f]{64} {2}sigs\/hello\/1\.0\/alice@example\.org\/hello-build\.assert\.sig$/,
    );
    expect(text.startsWith(readFileSync(here.at('result/hello-res.yml'), 'utf8'))).toBe(true);
    expect(text.endsWith("- release: '1.0'\n- name: hello\n- type: build\n- optionals:\n")).toBe(true);
    here.home.gpg(['--verify', `${here.at(path)}.sig`, here.at(path)]);
    expect(readdirSync(here.at('sigs/hello/1.0'))).toEqual(['alice@example.org']);
  });

  it('says first how many outputs it signs, and what they were built from', () => {
    const descriptor = here.workspace.result('hello', { a: 'a', b: 'b' });
    const report = readFileSync(here.at('result/hello-res.yml'), 'utf8');
    const [, own = ''] = /([0-9a-f]{64}) {2}hello-desc/.exec(report) ?? [];
    const remotes = `git:${'1'.repeat(40)} hellogit:${'2'.repeat(40)} two words`;
    const inManifest = `${own}  hello-desc.yml\n${'a'.repeat(64)}  tarball\n${remotes}`;
    here.workspace.result('hello', { a: 'a', b: 'b' }, { inManifest });
    const { stderr } = here.gsign('-s', 'Bob B', '-r', '1.0', descriptor);
    expect(stderr).toMatch(
      /^hello, release 1\.0: 2 outputs, built from hello at 111111111111, two words at 222222222222\nsigned as /,
    );
  });

  it('warns of packages that were frozen, or in the target already, where that is known of this result', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    const how = (result: string): void => {
      const configurations = {
        'bookworm-amd64': { from: 'frozen layer' },
        'bookworm-i386': { from: 'target as it was left' },
        'trixie-amd64': { from: 'layer' },
      };
      writeFileSync(here.at('result/hello-how.json'), JSON.stringify({ result, configurations }));
    };
    how(sha256(readFileSync(here.at('result/hello-res.yml'), 'utf8')));
    expect(here.gsign('-q', '-s', 'Bob B', descriptor)).toEqual({
      exitCode: 0,
      stdout: '',
      stderr:
        'gsign: warning: the result of "hello.yml" was built from a frozen layer (bookworm-amd64) and in a target as it was ' +
        'left (bookworm-i386); a release is better built without --frozen and --skip-image\n',
    });
    how('0'.repeat(64));
    expect(here.gsign('-q', '-s', 'Bob B', '-r', '2', descriptor).stderr).toBe('');
    for (const broken of ['', '[', 'null', '{"result":1,"configurations":[null]}']) {
      writeFileSync(here.at('result/hello-how.json'), broken);
      expect(here.gsign('-q', '-s', 'Bob B', '--force', descriptor).stderr).toBe('');
    }
  });

  it('has the release "test" where none is named, and takes optionals from the descriptor', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' }, { more: 'optionals: [a, "b c"]\n' });
    expect(here.gsign('-s', 'Bob B', descriptor).exitCode).toBe(0);
    const text = readFileSync(here.at('sigs/hello/test/Bob B/hello-build.assert'), 'utf8');
    expect(text).toContain('- release: test\n');
    expect(text).toContain('- optionals:\n  - a\n  - b c\n');
  });

  it('writes below --destination and below $GITIAN_BASE', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    expect(here.gsign('-s', 'Bob B', '-d', 'elsewhere/x', '-r', '2', descriptor).exitCode).toBe(0);
    expect(existsSync(here.at('elsewhere/x/2/Bob B/hello-build.assert.sig'))).toBe(true);
    const env = { ...here.home.env, GITIAN_BASE: 'base' };
    expect(here.workspace.run('gsign', ['-s', 'Bob B', descriptor], env).exitCode).toBe(0);
    expect(existsSync(here.at('base/sigs/hello/test/Bob B/hello-build.assert.sig'))).toBe(true);
  });

  it('signs several results in one call', () => {
    const descriptors = ['one', 'two'].map((name) => here.workspace.result(name, { [name]: name }));
    const { exitCode, stdout } = here.gsign('-s', 'Bob B', '-r', '1', ...descriptors);
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(4);
    expect(existsSync(here.at('sigs/two/1/Bob B/two-build.assert.sig'))).toBe(true);
  });

  it('signs none of several if one can not be signed', () => {
    const good = here.workspace.result('good', { a: 'a' });
    const empty = here.workspace.result('empty', {});
    const { exitCode, stderr } = here.gsign('-s', 'Bob B', good, empty);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the result "result/empty-res.yml" lists no outputs');
    expect(existsSync(here.at('sigs'))).toBe(false);
  });

  it('is silent with --quiet', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    expect(here.gsign('-q', '-s', 'Bob B', descriptor)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it.each([['--no-sign'], ['-p', 'true'], ['-p', '/bin/true']])(
    'only writes the assertion with %s %s',
    (...words) => {
      const descriptor = here.workspace.result('hello', { a: 'a' });
      const { exitCode, stdout, stderr } = here.gsign(...words, '-s', 'nobody', '-r', '1', descriptor);
      expect(stderr).toBe('hello, release 1: 1 output\nnot signed; compare the hash where you sign it\n');
      expect(stdout).toBe(
        `${sha256(readFileSync(here.at('sigs/hello/1/nobody/hello-build.assert'), 'utf8'))}  sigs/hello/1/nobody/hello-build.assert\n`,
      );
      expect(exitCode).toBe(0);
      expect(readdirSync(here.at('sigs/hello/1/nobody'))).toEqual(['hello-build.assert']);
    },
  );

  it('signs an assertion that was written without a signature, and one that says the same again', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    const path = here.at('sigs/hello/test/Bob B/hello-build.assert');
    expect(here.gsign('--no-sign', '-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 0 });
    for (let time = 0; time < 2; time++) {
      expect(here.gsign('-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 0 });
      here.home.gpg(['--verify', `${path}.sig`, path]);
    }
  });
});
