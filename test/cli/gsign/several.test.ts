import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lockedFolder } from '../../support/locked-folder.js';
import { outcomeOf, startCommand } from '../../support/running-command.js';
import { gsignRoom } from '../../support/workspaces/gsign-room.js';

const here = gsignRoom();

const results = (): string[] => ['one', 'two'].map((name) => here.workspace.result(name, { a: name }));

describe('gsign of several descriptors', () => {
  it.each([
    [
      'a file',
      () => {
        writeFileSync(here.at('sigs/two/test/Bob B'), 'hi');
      },
      '"sigs/two/test/Bob B" is not a folder',
    ],
    [
      'a link to nothing',
      () => {
        symlinkSync('nobody', here.at('sigs/two/test/Bob B'));
      },
      '"sigs/two/test/Bob B" is not a folder',
    ],
    [
      'a folder for the assertion',
      () => {
        mkdirSync(here.at('sigs/two/test/Bob B/two-build.assert/kept'), { recursive: true });
      },
      '"sigs/two/test/Bob B/two-build.assert" can\'t be written: it is a folder',
    ],
  ])("signs none where there is %s in one's place", (_, plant, words) => {
    const descriptors = results();
    mkdirSync(here.at('sigs/two/test'), { recursive: true });
    plant();
    const before = here.everything();
    const { exitCode, stdout, stderr } = here.gsign('--force', '-s', 'Bob B', ...descriptors);
    expect(stderr).toContain(`gsign: ${words}\n`);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(here.everything()).toEqual(before);
  });

  it("leaves what was there where something comes to one's place meanwhile", () => {
    const [one = '', two = ''] = results();
    expect(here.gsign('-s', 'Bob B', one).exitCode).toBe(0);
    const assertion = here.at('sigs/one/test/Bob B/one-build.assert');
    const before = readFileSync(assertion, 'utf8');
    here.workspace.result('one', { a: 'later' });
    const program = here.script(
      'sign',
      `mkdir -p sigs/two/test; ln -sfT nobody 'sigs/two/test/Bob B'; exec gpg --batch --detach-sign "$@"`,
    );
    const { exitCode, stdout, stderr } = here.gsign('--force', '-s', 'Bob B', '-p', program, one, two);
    expect(stderr).toContain('gsign: "sigs/two/test/Bob B" is not a folder\n');
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(readFileSync(assertion, 'utf8')).toBe(before);
    here.home.gpg(['--verify', `${assertion}.sig`, assertion]);
  });

  it('locks no later release while another process keeps an earlier one, in whatever order they are named', async () => {
    const [one = '', two = ''] = results();
    const releases = ['one', 'two'].map((name) => here.at('sigs', name, 'test'));
    for (const release of releases) mkdirSync(release, { recursive: true });
    const other = await lockedFolder(here.at('sigs/one/test'));
    const running = { cwd: here.workspace.path, env: here.home.env };
    const ended = outcomeOf(startCommand('gsign', ['-s', 'Bob B', two, one], running));
    const staged = (): string[] => here.everything().filter((path) => /\/\.gsign-.*\.sig$/.test(path));
    await expect.poll(staged, { timeout: 20_000 }).toHaveLength(2);
    await sleep(500);
    const { status } = spawnSync('flock', ['-n', '-x', here.at('sigs/two/test'), 'true']);
    other.stdin.end();
    expect(status).toBe(0);
    expect(await ended).toMatchObject({ exitCode: 0 });
  });

  it('signs two packages whose signatures are in one folder', () => {
    const descriptors = results();
    mkdirSync(here.at('sigs/one'), { recursive: true });
    symlinkSync('one', here.at('sigs/two'));
    expect(here.gsign('-q', '-s', 'Bob B', ...descriptors)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(readdirSync(here.at('sigs/one/test/Bob B')).filter((name) => name.endsWith('.sig'))).toHaveLength(
      2,
    );
  });
});
