import { mkdtempSync, rmSync } from 'node:fs';
import { chown, lchown, link, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layerPath } from '../../../../src/target/kvm/layer-files.js';
import { demandOwnDisk } from '../../../../src/target/kvm/own-disk.js';

let folder: string;
let disk: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-disk-'));
  disk = join(folder, 'target-bookworm-amd64.qcow2');
  await writeFile(disk, '');
  await writeFile(join(folder, 'victim'), '');
  await mkdir(join(folder, 'layer'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const demand = (): void => {
  demandOwnDisk(disk);
};

describe('the disk of a target in a workspace that others may write in', () => {
  it('is an own file, behind an own link too, over an own layer', async () => {
    expect(demand).not.toThrow();
    await symlink(join(folder, 'layer'), layerPath(disk));
    await rm(disk);
    await symlink('victim', disk);
    expect(demand).not.toThrow();
  });

  it('has no second name elsewhere', async () => {
    await link(disk, join(folder, 'second'));
    expect(demand).toThrow("its disk can't be used");
  });

  it.skipIf(process.getuid?.() !== 0)("is not another user's, nor is its layer (needs root)", async () => {
    await chown(disk, 65534, 65534);
    expect(demand).toThrow("its disk can't be used: it is another user's");
    await rm(disk);
    await symlink('victim', disk);
    await lchown(disk, 65534, 65534);
    expect(demand).toThrow("it is another user's link");
    await rm(disk);
    await writeFile(disk, '');
    await chown(join(folder, 'layer'), 65534, 65534);
    await symlink('layer', layerPath(disk));
    expect(demand).toThrow("its layer can't be used: it is another user's");
  });
});
