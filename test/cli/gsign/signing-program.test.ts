import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lockedFolder } from '../../support/locked-folder.js';
import { GnupgHome } from '../../support/workspaces/gnupg-home.js';
import { gsignRoom } from '../../support/workspaces/gsign-room.js';
import { outcomeOf, startCommand } from '../../support/running-command.js';

const here = gsignRoom();

describe('gsign with a signing program', () => {
  it('adds -u, the signer and the file to its words', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    const program = here.script(
      'sign',
      `printf '%s\\n' "$@" >args; while [ $# -gt 1 ]; do shift; done; gpg -q --batch -u 'Bob B' --detach-sign "$1"`,
    );
    const { exitCode, stderr } = here.gsign('-s', 'x y', '-p', `${program} --opt 'a  b' "c d"`, descriptor);
    expect(stderr).toContain('the signature is good');
    expect(exitCode).toBe(0);
    const args = readFileSync(here.at('args'), 'utf8').split('\n');
    expect(args.slice(0, 5)).toEqual(['--opt', 'a  b', 'c d', '-u', 'x y']);
    expect(args[5]).toMatch(/^\/.*\/hello-build\.assert$/);
  });

  it('takes an armored signature too', () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    expect(here.gsign('-s', 'Bob B', '-p', 'gpg --armor --detach-sign', descriptor)).toMatchObject({
      exitCode: 0,
    });
    expect(readFileSync(here.at('sigs/hello/test/Bob B/hello-build.assert.sig'), 'utf8')).toContain(
      'BEGIN PGP SIGNATURE',
    );
  });

  it('says that a signature by a key which GnuPG does not have could not be checked', () => {
    using stranger = new GnupgHome();
    stranger.generate('stranger@example.org');
    const descriptor = here.workspace.result('hello', { a: 'a' });
    const program = here.script('sign', `exec gpg --homedir ${stranger.path} --batch --detach-sign "$@"`);
    const { exitCode, stderr } = here.gsign('-s', 'stranger@example.org', '-p', program, descriptor);
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
      'changes the assertion before it signs it',
      `for f; do :; done; echo x >>"$f"; gpg --batch -u 'Bob B' -b "$f"`,
      'changed the assertion "hello-build.assert"',
      'hint: it has to leave that file as it is',
    ],
    [
      'changes it afterwards',
      `for f; do :; done; gpg --batch -u 'Bob B' -b "$f"; echo x >>"$f"`,
      'changed the assertion "hello-build.assert"',
      '',
    ],
    [
      'puts a link in place of the assertion',
      `for f; do :; done; gpg --batch -u 'Bob B' -b "$f"; cp "$f" copy; ln -sf "$PWD/copy" "$f"`,
      'changed the assertion "hello-build.assert"',
      '',
    ],
    [
      'makes a link to a signature',
      `for f; do :; done; gpg --batch --yes -u 'Bob B' -o copy -b "$f"; ln -s "$PWD/copy" "$f.sig"`,
      'made no signature "hello-build.assert.sig"',
      '',
    ],
  ];
  const assertions = (): unknown[] =>
    here
      .everything()
      .filter((path) => path.startsWith('sigs'))
      .map((path) => [path, path.includes('build.assert') && readFileSync(here.at(path))]);

  it.each(failing)('that %s leaves what was there', (_, lines, words, shown) => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    expect(here.gsign('-s', 'Bob B', descriptor)).toMatchObject({ exitCode: 0 });
    const program = here.script('sign', lines);
    const before = assertions();
    const { exitCode, stdout, stderr } = here.gsign('--force', '-s', 'Bob B', '-p', program, descriptor);
    expect(stderr).toContain('nothing was signed');
    expect(stderr).toContain(words);
    expect(stderr).toContain(shown);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(assertions()).toEqual(before);
  });

  const lockedRelease = (): Promise<ChildProcessWithoutNullStreams> =>
    lockedFolder(here.at('sigs/hello/test'));

  it('puts nothing into a release while another gsign does', async () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    expect(here.gsign('-s', 'Bob B', descriptor).exitCode).toBe(0);
    const assertion = here.at('sigs/hello/test/Bob B/hello-build.assert');
    const before = readFileSync(assertion, 'utf8');
    const other = await lockedRelease();
    here.workspace.result('hello', { a: 'b' });
    const args = ['--force', '-s', 'Bob B', '-d', here.at('sigs/hello'), descriptor];
    const ended = outcomeOf(startCommand('gsign', args, { cwd: here.workspace.path, env: here.home.env }));
    const staged = (): string[] => here.everything().filter((path) => /\/\.gsign-.*\.sig$/.test(path));
    await expect.poll(staged, { timeout: 20_000 }).toHaveLength(1);
    await sleep(300);
    expect(readFileSync(assertion, 'utf8')).toBe(before);
    other.stdin.end();
    expect((await ended).exitCode).toBe(0);
    expect(readFileSync(assertion, 'utf8')).not.toBe(before);
  });

  it('puts nothing into a release that another process keeps, and says which', async () => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    expect(here.gsign('-s', 'Bob B', descriptor).exitCode).toBe(0);
    const before = here.everything();
    const other = await lockedRelease();
    const { exitCode, stdout, stderr } = here.gsign(
      '-s',
      'Alice',
      '-p',
      'gpg -u Bob --detach-sign',
      descriptor,
    );
    expect(stderr).toMatch(
      /^gsign: nothing was signed: another process keeps the folder "sigs\/hello\/test" locked\nhint: .*: ps -fp [\d,]+$/m,
    );
    other.stdin.end();
    expect(stderr.match(/\d+/g)).toContain(String(other.pid));
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(here.everything()).toEqual(before);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('interrupted by %s leaves nothing', async (signal) => {
    const descriptor = here.workspace.result('hello', { a: 'a' });
    const program = here.script('sign', `echo started >${here.at('started')}; exec sleep 60`);
    const before = here.everything();
    const child = startCommand('gsign', ['-s', 'x', '-p', program, descriptor], {
      cwd: here.workspace.path,
      env: here.home.env,
    });
    const ended = outcomeOf(child);
    while (!existsSync(here.at('started'))) await sleep(20);
    child.kill(signal);
    const { exitCode, stderr } = await ended;
    expect(stderr).toContain(`interrupted by ${signal}`);
    expect(exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(here.everything().filter((name) => name !== 'started')).toEqual(before);
  });
});
