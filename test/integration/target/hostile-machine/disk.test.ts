import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stateFiles } from '../../../../src/target/kvm/saved/saved-state.js';
import type { RunResult } from '../../../../src/target/target.js';
import { baseImages, cannotMakeMachines, isRoot } from '../../../support/base-image.js';
import { SmallDisk } from '../../../support/faults/small-disk.js';
import { cannotRunMachines, machineRemains } from '../../../support/machine-remains.js';
import { rootOfMachine } from '../../../support/workspaces/root-of-machine.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';
import { triesAll, unlessAll } from '../../../support/tries-all.js';

// Root of a machine owns what the host sees as its disk.
describe.skipIf(cannotRunMachines || cannotMakeMachines)('a machine that was started, whose root', () => {
  const machine = rootOfMachine();
  const { root, sealed } = machine;
  let folder: string;
  let server: Server;
  let asked: number;
  const socket = (): string => join(folder, 'asked');
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gitian-disk-'));
    server = createServer((asking) => {
      asked += 1;
      asking.destroy();
    }).listen(socket());
  });
  beforeEach(() => {
    asked = 0;
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  /** A qcow2 image over a disk that whoever looks for it asks this test for. */
  const overSocket = async (): Promise<Buffer> => {
    const path = join(folder, 'image');
    const options = ['-q', '-u', '-f', 'qcow2', '-F', 'raw', '-b', `nbd+unix:///?socket=${socket()}`];
    execFileSync('qemu-img', ['create', ...options, path, '1M']);
    return (await readFile(path)).subarray(0, 1024);
  };

  it('writes a header of qcow2 is believed by a program that is told no format', async () => {
    await writeFile(join(folder, 'raw'), Buffer.concat([await overSocket(), Buffer.alloc(1 << 20)]));
    spawn('qemu-img', ['info', '--backing-chain', join(folder, 'raw')], { stdio: 'ignore' });
    await expect.poll(() => asked).toBeGreaterThan(0);
  });

  const vmdk = Buffer.from(
    '# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="monolithicFlat"\n' +
      'RW 2048 FLAT "/etc/passwd" 0\n',
  ).toString('base64');

  it.skipIf(!triesAll)(
    `writes headers of other formats is believed by nobody: from a layer of it and a copy of that targets go on${unlessAll}`,
    async () => {
      const header = (await overSocket()).toString('base64');
      const write = (text: string, at: string): string =>
        `echo ${text} | base64 -d | dd of=/dev/vda bs=512 seek=${at} conv=notrunc status=none`;
      const last = '$(($(cat /sys/block/vda/size) - 1))';
      const vhd = Buffer.concat([Buffer.from('conectix'), Buffer.alloc(504)]).toString('base64');
      await root(`sync; ${write(header, '0')}; ${write(vhd, last)}; ${write(vmdk, '2')}; sync`);
      const first = 'dd if=/dev/vda bs=1024 count=1 iflag=direct status=none | base64 -w0';
      expect((await root(first)).stdout).toBe(header);
      const copy = join(machine.place.root, 'copy');
      await rm(copy, { recursive: true, force: true });
      await machine.driver.copyLayer(await sealed(), copy);
      await machine.driver.prepareFrom(spec, copy);
      machine.target = await machine.driver.start(spec);
      expect((await root(first)).stdout).toBe(header);
      expect(asked).toBe(0);
    },
  );

  it.skipIf(!triesAll)(
    `writes a header of qcow2 is believed by nobody when it boots${unlessAll}`,
    { timeout: 600_000 },
    async () => {
      const header = (await overSocket()).toString('base64');
      await root(`echo ${header} | base64 -d | dd of=/dev/vda conv=notrunc status=none; echo kept >/kept`);
      await machine.target.stop();
      machine.target = await machine.driver.start(spec);
      expect(await root('cat /kept')).toMatchObject({ stdout: 'kept\n' });
      expect(asked).toBe(0);
    },
  );

  it.skipIf(!triesAll)(
    `speaks like QEMU as it boots, and is told no more than that${unlessAll}`,
    { timeout: 600_000 },
    async () => {
      const words = 'qemu-system-x86_64: unknown option';
      const init = [
        '#!/bin/sh',
        `echo; echo "${words}" >/dev/ttyS0`,
        'echo o >/proc/sysrq-trigger; sleep 60',
      ];
      await root(`printf '%s\\n' ${init.map((line) => `'${line}'`).join(' ')} >/usr/lib/gitian/init; sync`);
      await machine.target.stop();
      await expect(machine.driver.start(spec)).rejects.toMatchObject({
        code: 'target-failed',
        hint: 'run the command again',
      });
    },
  );

  it.skipIf(!triesAll)(
    `has wrecked its file system goes on from memory, and doesn't boot${unlessAll}`,
    { timeout: 600_000 },
    async () => {
      await root('sync; dd if=/dev/urandom of=/dev/vda bs=1M count=8 conv=notrunc status=none');
      const layer = await sealed();
      await machine.driver.prepareFrom(spec, layer);
      machine.target = await machine.driver.start(spec);
      expect(await root('echo up')).toMatchObject({ stdout: 'up\n' });
      await machine.target.stop();
      await rm(stateFiles(layer).memory);
      await machine.driver.prepareFrom(spec, layer);
      await expect(machine.driver.start(spec)).rejects.toMatchObject({ code: 'target-failed' });
    },
  );
});

describe.skipIf(cannotRunMachines || cannotMakeMachines || !isRoot)(
  'a machine on a disk that its own outgrows (root)',
  () => {
    it('is ended when the disk is full, and gives back what it discards', async () => {
      using disk = new SmallDisk(100);
      const images = baseImages('bookworm', ['amd64'], 'kvm');
      await using place = await TargetWorkspace.create('kvm', images, join(disk.path, 'small-'));
      const driver = await place.driver();
      await driver.prepare(spec);
      await using target = await driver.start(spec);
      const root = async (script: string): Promise<RunResult> =>
        target.run(['sh', '-c', script], { user: 'root' });
      const fill = 'dd if=/dev/zero of=/big bs=1M count=50 conv=fsync status=none';
      for (let time = 0; time < 2; time++) await root(`${fill}; rm /big; sync; fstrim /`);
      await expect(root('dd if=/dev/zero of=/big bs=1M conv=fsync')).rejects.toMatchObject({
        code: 'target-lost',
        message: expect.stringContaining("its disk can't be written") as string,
      });
      await target.stop();
      expect(machineRemains(place.root)).toEqual([]);
    });
  },
);
