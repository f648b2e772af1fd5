import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { placeImage, refuseExisting, stagingBeside } from '../../../src/base-image/places.js';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gitian-places-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe('where an image is put', () => {
  it('refuses to overwrite whatever is there', async () => {
    const image = join(await folder(), 'base-x-amd64');
    await expect(refuseExisting(image)).resolves.toBeUndefined();
    await symlink('nowhere', image);
    await expect(refuseExisting(image)).rejects.toMatchObject({
      message: 'the base image "base-x-amd64" exists',
      hint: 'to make it again: rm -f base-x-amd64 base-x-amd64.json',
    });
  });

  it('clears away what killed processes left of this image, and nothing else', async () => {
    const parent = await folder();
    const dead = spawnSync('true').pid;
    const kept = ['.base-x-amd64.1', `.base-x-i386.${String(dead)}`, '.base-x-amd64.notes', 'base-x-amd64.5'];
    for (const name of [`.base-x-amd64.${String(dead)}`, ...kept]) await mkdir(join(parent, name));
    {
      await using staging = await stagingBeside(join(parent, 'base-x-amd64'));
      await writeFile(join(staging.path, 'image'), '');
      expect(await readdir(parent)).toHaveLength(kept.length + 1);
    }
    expect((await readdir(parent)).sort()).toEqual([...kept].sort());
  });

  it('has image and record together, over the record of an image that was removed', async () => {
    const parent = await folder();
    const staged = { image: join(parent, 'i'), record: join(parent, 'r') };
    await writeFile(staged.image, 'image');
    await writeFile(staged.record, 'record');
    await writeFile(join(parent, 'base.json'), 'old');
    await placeImage(staged, join(parent, 'base'));
    expect(await readdir(parent)).toEqual(['base', 'base.json']);
    expect(await readFile(join(parent, 'base.json'), 'utf8')).toBe('record');
  });
});
