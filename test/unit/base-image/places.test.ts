import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ownMark } from '../../../src/core/files/owner-mark.js';
import { imageFiles } from '../../../src/base-image/image-files.js';
import { imageKinds, type ImageBackend } from '../../../src/base-image/image-kinds.js';
import {
  placeFiles,
  refuseExisting,
  removeUnfinished,
  stagingBeside,
} from '../../../src/base-image/places.js';
import { Workspace } from '../../../src/core/workspace.js';
import { ended, unseen } from '../../support/marks.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gitian-places-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe('where an image is put', () => {
  const choice = { suite: 'x', architecture: 'amd64' };
  const filesIn = (root: string, backend: ImageBackend): ReturnType<typeof imageFiles> =>
    imageFiles(new Workspace(root), choice, imageKinds[backend]);

  it('refuses to overwrite whatever is there', async () => {
    const root = await folder();
    const files = filesIn(root, 'lxc');
    await expect(refuseExisting(files)).resolves.toBeUndefined();
    await symlink('nowhere', join(root, 'base-x-amd64'));
    await expect(refuseExisting(files)).rejects.toMatchObject({
      message: 'the base image "base-x-amd64" exists',
      hint: 'to make it again: rm -f base-x-amd64 base-x-amd64.json',
    });
  });

  it("refuses to overwrite a machine's kernel as well, and no file of another backend's image", async () => {
    const root = await folder();
    await writeFile(join(root, 'base-x-amd64.vmlinuz'), 'mine');
    await expect(refuseExisting(filesIn(root, 'lxc'))).resolves.toBeUndefined();
    await expect(refuseExisting(filesIn(root, 'vbox'))).resolves.toBeUndefined();
    await expect(refuseExisting(filesIn(root, 'kvm'))).rejects.toMatchObject({
      message: 'the base image "base-x-amd64.vmlinuz" exists',
      hint: 'to make it again: rm -f base-x-amd64.qcow2 base-x-amd64.qcow2.json base-x-amd64.vmlinuz base-x-amd64.initrd',
    });
  });

  it('says how to be rid of the machine too that VirtualBox has of a disk', async () => {
    const root = await folder();
    await writeFile(join(root, 'base-x-amd64.vdi'), '');
    await expect(refuseExisting(filesIn(root, 'vbox'))).rejects.toMatchObject({
      hint: 'to make it again: VBoxManage unregistervm Gitian-x-amd64 --delete; rm -f base-x-amd64.vdi base-x-amd64.vdi.json',
    });
  });

  it('clears away what killed processes left of this image, and nothing else', async () => {
    const parent = await folder();
    const kept = [
      ...[ownMark, unseen, 'notes', '4194305'].map((mark) => `.base-x-amd64.${mark}`),
      ...[`.base-x-i386.${ended}`, `base-x-amd64.${ended}`],
    ];
    for (const name of [`.base-x-amd64.${ended}`, ...kept]) await mkdir(join(parent, name));
    {
      await removeUnfinished(join(parent, 'base-x-amd64'));
      await using staging = await stagingBeside(join(parent, 'base-x-amd64'));
      await writeFile(join(staging.path, 'image'), '');
      expect(await readdir(parent)).toHaveLength(kept.length + 1);
    }
    expect((await readdir(parent)).sort()).toEqual([...kept].sort());
  });

  it('has all files together, over the record of an image that was removed', async () => {
    const parent = await folder();
    const moves = ['kernel', 'record', 'image'].map((name) => ({
      from: join(parent, `made-${name}`),
      to: join(parent, name),
    }));
    for (const { from } of moves) await writeFile(from, 'new');
    await writeFile(join(parent, 'record'), 'old');
    await placeFiles(moves);
    expect((await readdir(parent)).sort()).toEqual(['image', 'kernel', 'record']);
    expect(await readFile(join(parent, 'record'), 'utf8')).toBe('new');
  });

  it('has none of the files where one of them is missing', async () => {
    const parent = await folder();
    const moves = ['record', 'image'].map((name) => ({
      from: join(parent, `made-${name}`),
      to: join(parent, name),
    }));
    await writeFile(join(parent, 'made-record'), 'new');
    await expect(placeFiles(moves)).rejects.toThrow('ENOENT');
    expect(await readdir(parent)).toEqual([]);
  });
});
