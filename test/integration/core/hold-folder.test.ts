import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdFolder } from '../../../src/core/locks/hold-folder.js';
import { whoHasOpen } from '../../../src/core/locks/who-has-open.js';
import { until } from '../../support/until.js';

let room: string;
let folder: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'gitian hold '));
  folder = join(room, 'folder');
  await mkdir(folder);
});
afterEach(async () => {
  await rm(room, { recursive: true });
});

/** Whether somebody else would get the lock at once. */
function isFree(kind: 'shared' | 'exclusive', path = folder): boolean {
  return spawnSync('flock', ['--nonblock', `--${kind}`, path, 'true']).status === 0;
}

describe('holding a folder', () => {
  it.each([
    ['shared', true],
    ['exclusive', false],
  ] as const)('%s lets others share it: %s', async (kind, shares) => {
    const hold = await holdFolder(folder, kind);
    expect([isFree('shared'), isFree('exclusive')]).toEqual([shares, false]);
    if (typeof hold === 'object') await hold[Symbol.asyncDispose]();
    expect(isFree('exclusive')).toBe(true);
  });

  it('goes on where it is moved to', async () => {
    const hold = await holdFolder(folder, 'shared');
    await rename(folder, join(room, 'moved'));
    await mkdir(folder);
    expect([isFree('exclusive', join(room, 'moved')), isFree('exclusive')]).toEqual([false, true]);
    if (typeof hold === 'object') await hold[Symbol.asyncDispose]();
  });

  it('comes to nothing where another folder has come into its place meanwhile, or none is', async () => {
    const other = spawn('flock', ['--exclusive', folder, 'sh', '-c', 'echo held; exec cat']);
    await once(other.stdout, 'data');
    const own = await whoHasOpen(folder);
    const hold = holdFolder(folder, 'exclusive');
    await until(
      () => whoHasOpen(folder),
      ({ length }) => length > own.length,
    );
    await rename(folder, join(room, 'moved'));
    await mkdir(folder);
    other.stdin.end();
    expect(await hold).toBeUndefined();
    expect(await holdFolder(join(room, 'none'), 'shared')).toBeUndefined();
  });

  it('is told of who has the lock, rather than of who only has it open', async () => {
    await using file = await open(folder);
    expect(await whoHasOpen(folder)).toEqual([process.pid]);
    expect(await whoHasOpen(folder, { locked: true })).toEqual([]);
    const hold = await holdFolder(folder, 'exclusive');
    const holders = await whoHasOpen(folder, { locked: true });
    expect(holders).toHaveLength(1);
    expect(holders).not.toContain(process.pid);
    if (typeof hold === 'object') await hold[Symbol.asyncDispose]();
    expect(file.fd).toBeGreaterThan(2);
  });
});
