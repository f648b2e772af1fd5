import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockWorkspace } from '../../src/core/locks/workspace-lock.js';
import { Workspace } from '../../src/core/workspace.js';
import { executable, runProgram, type Outcome } from '../support/commands.js';
import { canTrace, lockless } from '../support/lockless.js';

let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'gitian-cache-'));
  mkdirSync(join(workspace, 'target-bookworm-amd64'));
});
afterEach(() => {
  rmSync(workspace, { recursive: true });
});

function gitianCache(...args: readonly string[]): Outcome {
  return gitianCacheWith({}, ...args);
}

function gitianCacheWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Outcome {
  const env = { GITIAN_CACHE: join(workspace, 'cache'), ...more };
  return runProgram(executable('gitian-cache'), args, { cwd: workspace, env });
}

describe('gitian-cache', () => {
  it.each([
    [['remove'], 'remove needs names, --all or --max-size\nhint: gitian-cache list\n'],
    [['list', 'x'], 'list shows everything, and takes no x\n'],
    [['list', '--all'], 'list shows everything, and takes no --all\n'],
    [['--all'], 'list shows everything, and takes no --all\n'],
    [['--max-size', '5G'], 'hint: gitian-cache list, or gitian-cache remove --max-size 5G\n'],
    [
      ['remove', '--all', 'x'],
      "--all doesn't go with x: it removes everything\nhint: run it again without --all, or without x\n",
    ],
    [
      ['remove', '--all', '--max-size', '5G'],
      "--all doesn't go with --max-size: it removes everything\nhint: run it again without --all, or without --max-size\n",
    ],
    [['empty'], 'the action must be list or remove, not "empty"\nhint: gitian-cache --help\n'],
  ])('%j attempts nothing', (args, words) => {
    const { exitCode, stdout, stderr } = gitianCache(...args);
    expect(stderr).toContain(words);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(readdirSync(workspace)).toEqual(['target-bookworm-amd64']);
  });

  it.each(['GITIAN_CACHE', 'GITIAN_BASE'])('finds nothing below a file that %s names', (variable) => {
    const file = join(workspace, 'file');
    writeFileSync(file, '');
    const { exitCode, stdout, stderr } = gitianCacheWith({ [variable]: file });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^target .* target-bookworm-amd64\nall /);
  });

  it('lists and removes a link that leads nowhere', () => {
    symlinkSync('nowhere', join(workspace, 'target-trixie-amd64'));
    const listed = gitianCache('list');
    expect([listed.exitCode, listed.stderr]).toEqual([0, '']);
    expect(listed.stdout).toContain(' target-trixie-amd64\n');
    expect(gitianCache('remove', 'target-trixie-amd64')).toMatchObject({ exitCode: 0 });
    expect(readdirSync(workspace)).not.toContain('target-trixie-amd64');
  });

  it('minds no file in the place of var/', () => {
    writeFileSync(join(workspace, 'var'), '');
    expect(gitianCache('list')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(gitianCache('remove', '--all')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'gitian-cache: "var" is not a folder\nhint: move it away, or choose another place\n',
    });
  });

  it('leaves the targets of a workspace in which another command works, and says so', async () => {
    const target = 'target-bookworm-amd64';
    const busy = /the workspace ".*" is in use by "gbuild hello\.yml" of /;
    {
      await using _build = await lockWorkspace(new Workspace(workspace), 'gbuild hello.yml');
      const one = gitianCache('remove', target);
      expect(one.stderr).toContain(`"${target}" is in use, and stays: `);
      expect(one.stderr).toMatch(busy);
      expect(one).toMatchObject({ exitCode: 1, stdout: '' });
      const all = gitianCache('remove', '--all');
      expect(all.stderr).toContain(`"${target}" is in use, and stays: `);
      expect(all.stderr).toMatch(busy);
      expect(all).toMatchObject({ exitCode: 1, stdout: '' });
      expect(readdirSync(workspace)).toContain(target);
    }
    expect(gitianCache('remove', '--all')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(readdirSync(workspace)).not.toContain(target);
  });
});

describe.skipIf(!canTrace)('gitian-cache where the storage has no locks (needs strace)', () => {
  it.each([
    ['ENOLCK', 'No locks available'],
    ['ENOSYS', 'Function not implemented'],
  ])('leaves layers, of which nobody knows whether they are in use, and says why (%s)', (error, words) => {
    const layer = keptLayer();
    const { path: PATH, refusals } = lockless(join(workspace, 'cache'), join(workspace, 'bin'), error);
    expect(gitianCacheWith({ PATH }, 'list').stdout).toMatch(/^layer .* a-layer\n/);
    for (const args of [['--all'], ['a-layer'], ['--max-size', '1K']]) {
      const before = refusals();
      expect(gitianCacheWith({ PATH }, 'remove', ...args)).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `gitian-cache: the storage of "${layer}" has no locks: ${words}\nhint: work on a local disk, or have it mounted with locks: findmnt -T\n`,
      });
      expect(refusals()).toBeGreaterThan(before);
    }
    expect(readdirSync(join(layer, '..'))).toEqual(['a-layer']);
    expect(gitianCache('remove', '--all')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(layer, '..'))).not.toContain('a-layer');
  });

  it('leaves the targets of a workspace, and says why', () => {
    const { path: PATH } = lockless(join(workspace, 'var'), join(workspace, 'bin'));
    const { exitCode, stderr } = gitianCacheWith({ PATH }, 'remove', '--all');
    const lock = join(workspace, 'var/lock');
    expect(stderr).toContain(
      `gitian-cache: the storage of "${lock}" has no locks: No locks available\nhint: `,
    );
    expect(exitCode).toBe(2);
    expect(readdirSync(workspace)).toContain('target-bookworm-amd64');
  });
});

/** A layer with nothing in it. */
function keptLayer(): string {
  const folder = join(workspace, 'cache/layers/a-layer');
  mkdirSync(folder, { recursive: true });
  const sealed = '2026-01-02T03:04:05.000Z';
  const record = { recipe: 'a', archives: [], sealed, bytes: 5000, manifestSha256: '', boot: '' };
  writeFileSync(join(folder, 'layer.json'), JSON.stringify({ format: 1, ...record }));
  return folder;
}
