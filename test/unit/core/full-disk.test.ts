import { describe, expect, it } from 'vitest';
import { failure, type GitianError } from '../../../src/core/errors/gitian-error.js';
import {
  freeBytes,
  freeNames,
  isFull,
  mindingTheDisk,
  saysDiskFull,
} from '../../../src/core/files/full-disk.js';

/** File systems of the kernel's own that have room for nothing. */
const full = '/proc';

describe('a disk', () => {
  it('is full, or has room, or can not be asked', async () => {
    expect(await Promise.all([full, '/dev/shm', '/nowhere'].map(isFull))).toEqual([true, false, false]);
  });

  it('has room for as much as there may be where its file system does not know', async () => {
    expect([await freeBytes(full), await freeNames(full)]).toEqual([Infinity, Infinity]);
    const known = [await freeBytes('/dev/shm'), await freeNames('/dev/shm')];
    expect(known.every((number) => number > 0 && number < Infinity)).toBe(true);
  });

  it('is told of by the system in two ways', () => {
    const told = ['ENOSPC', 'EDQUOT', 'EIO'].map((code) =>
      saysDiskFull(Object.assign(new Error(), { code })),
    );
    expect(told).toEqual([true, true, false]);
    expect(saysDiskFull(undefined)).toBe(false);
  });

  const thrownOn = async (path: string, error: Error): Promise<unknown> =>
    mindingTheDisk(path, () => Promise.reject(error)).catch((thrown: unknown) => thrown);

  it('that is full is the hint of what fails there', async () => {
    const bare = failure('process-failed', { program: 'x', outcome: 'failed', words: '' }, { log: '/log' });
    const thrown = (await thrownOn(full, bare)) as GitianError;
    expect([thrown.message, thrown.exitCode, thrown.log]).toEqual([bare.message, bare.exitCode, '/log']);
    expect(thrown.hint).toBe('the disk is full: make room on the disk that holds the workspace');
    expect(await thrownOn('/dev/shm', bare)).toBe(bare);
  });

  it('changes nothing of other failures', async () => {
    const hinted = failure('target-running', { target: 'x' });
    const bug = new TypeError('bug');
    expect(await thrownOn(full, hinted)).toBe(hinted);
    expect(await thrownOn(full, bug)).toBe(bug);
    expect(await mindingTheDisk(full, () => Promise.resolve(1))).toBe(1);
  });
});
