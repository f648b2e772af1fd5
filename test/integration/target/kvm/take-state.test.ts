import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeKnownGuest } from '../../../../src/target/kvm/saved/known-guest.js';
import { QemuFailure } from '../../../../src/target/kvm/qemu/running-qemu.js';
import { stateFiles, type SavedState } from '../../../../src/target/kvm/saved/saved-state.js';
import { takeState } from '../../../../src/target/kvm/saved/take-state.js';

const known = { users: { passwd: '', group: '' }, reseeds: true, waits: false };

describe('a saved machine that is taken', () => {
  let folder: string;
  let workspace: string;
  let state: SavedState;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gitian-take-'));
    [workspace, state] = [join(folder, 'workspace'), stateFiles(join(folder, 'state'))];
    await Promise.all([mkdir(workspace), mkdir(state.folder)]);
    await writeFile(state.disk, 'disk');
    await writeKnownGuest(state.guest, known);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });
  const take = async (): Promise<unknown> => takeState(state, join(workspace, 'target.qcow2.new'));

  it('gives its disk and what is known of it', async () => {
    expect(await take()).toEqual(known);
  });

  it.each(['disk', 'guest'] as const)('is gone without its %s', async (file) => {
    await rm(state[file]);
    await expect(take()).rejects.toThrow(new QemuFailure('its saved state is gone'));
  });

  it.skipIf(process.getuid?.() !== 0)('is not gone because the disk of the workspace is full', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', workspace]);
    try {
      await writeFile(state.disk, Buffer.alloc(2 * 2 ** 20, 1));
      await expect(take()).rejects.toMatchObject({
        code: 'disk-full',
        message: `the disk that holds "${workspace}" is full`,
      });
    } finally {
      execFileSync('umount', [workspace]);
    }
  });

  it('is not gone because something else is wrong', async () => {
    await truncate(state.guest);
    await expect(take()).rejects.toThrow(SyntaxError);
    await rm(state.disk);
    await mkdir(state.disk);
    await expect(take()).rejects.not.toThrow(QemuFailure);
  });
});
