import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cutsNetwork } from '../../../src/target/cuts-network.js';
import { usesLayers, type SealsLayer, type UsesLayers } from '../../../src/target/layers.js';
import { stateFiles } from '../../../src/target/kvm/saved/saved-state.js';
import type { RunResult, StartedTarget, TargetDriver } from '../../../src/target/target.js';
import { baseImages, cannotMakeMachines, isRoot } from '../../support/base-image.js';
import { SmallDisk } from '../../support/faults/small-disk.js';
import { cannotRunMachines, machineRemains } from '../../support/machine-remains.js';
import { TargetWorkspace } from '../../support/workspaces/target-workspace.js';
import { triesAll } from '../../support/tries-all.js';
import { until } from '../../support/until.js';

const spec = { suite: 'bookworm', architecture: 'amd64', distro: 'debian', memory: 500, processors: 1 };

const unlessAll = triesAll ? '' : ' (with GITIAN_TEST_ALL)';

/** What ends a machine from within, as root. */
const ends = {
  reboots: 'echo b >/proc/sysrq-trigger',
  'powers off': 'echo o >/proc/sysrq-trigger; sleep 60',
  panics: 'echo c >/proc/sysrq-trigger',
} as const;

/** The same, and the guest stays: its kernel stands still. */
const hangs = `echo 0 >/proc/sys/kernel/panic; ${ends.panics}`;

/** Puts a program of the guest's in the place of one that the host starts in it. */
const replaced = (program: string, script: string): string =>
  `printf '%s\\n' '#!/bin/sh' '${script}' 'sleep 60' >"$(command -v ${program})"`;

// Root of a machine owns everything that the host sees of it: its console, its disk, and whether it answers.
describe.skipIf(cannotRunMachines || cannotMakeMachines)('a machine that was started, whose root', () => {
  let place: TargetWorkspace;
  let driver: TargetDriver & UsesLayers;
  let target: StartedTarget;
  const root = async (script: string): Promise<RunResult> =>
    target.run(['sh', '-c', script], { user: 'root', check: false });

  beforeAll(async () => {
    place = await TargetWorkspace.create('kvm', baseImages('bookworm', ['amd64'], 'kvm'));
    const made = await place.driver();
    if (!usesLayers(made)) throw new Error('the driver has no layers');
    driver = made;
  }, 900_000);
  afterAll(async () => place[Symbol.asyncDispose]());

  beforeEach(async () => {
    await driver.prepare(spec);
    target = await driver.start(spec);
  });
  afterEach(async () => {
    await target.stop();
    expect(machineRemains(place.root)).toEqual([]);
  });

  const sealed = async (): Promise<string> => {
    const { folder } = await (target as StartedTarget & SealsLayer).seal();
    const layer = join(place.root, 'layer');
    await rm(layer, { recursive: true, force: true });
    await rename(folder, layer);
    return layer;
  };

  it('floods its console is logged up to a bound, and goes on', async () => {
    const { targetLog } = place.workspace;
    const say = String.raw`printf '\033]0;title\007\033[2J\377\376\nhint: type this\n' >/dev/ttyS0`;
    await root(`${say}; timeout 3 cat /dev/zero >/dev/ttyS0; timeout 1 cat /dev/urandom >/dev/ttyS1`);
    expect(await readFile(targetLog, 'latin1')).toContain('\u001b[2J\u00ff\u00fe');
    const { size } = await stat(targetLog);
    expect(size).toBeGreaterThan(1 << 18);
    expect(size).toBeLessThanOrEqual(1 << 20);
    expect(await root('echo up')).toMatchObject({ stdout: 'up\n' });
  });

  const lost = { code: 'target-lost' } as const;
  const steps: Readonly<Record<string, (end: string) => Promise<unknown>>> = {
    'a command': root,
    'a copy into it': async (end) => {
      await root(replaced('tar', end));
      const what = { directory: import.meta.dirname, names: ['hostile-machine.test.ts'] };
      await target.copyTo(what, 'there', { user: 'root' });
    },
    'a copy out of it': async (end) => {
      await root(replaced('tar', end));
      await target.copyFrom('/etc', join(place.root, 'taken'), { user: 'root' });
    },
    'the sealing': async (end) => {
      await root(replaced('setarch', end));
      await sealed();
    },
  };
  const moments = Object.entries(ends).flatMap(([how, end]) =>
    Object.keys(steps)
      .filter((step) => triesAll || how === 'reboots' || step === 'a command')
      .map((step) => ({ how, step, end })),
  );
  it.each(moments)('$how in the middle of $step is gone', async ({ step, end }) => {
    await expect(steps[step]?.(end)).rejects.toMatchObject(lost);
    await expect(root('echo up')).rejects.toMatchObject(lost);
  });

  it('reboots while its network is cut, or while it is stopped, is gone', async () => {
    if (!cutsNetwork(target)) throw new Error('it can not be cut');
    const cut = await target.cutNetwork();
    await expect(root(ends.reboots)).rejects.toMatchObject(lost);
    await cut[Symbol.asyncDispose]();
    await target.stop();
    await driver.prepare(spec);
    target = await driver.start(spec);
    await root(replaced('sync', ends.reboots));
  });

  it('takes the drivers of its disk and network away ends where a command does', async () => {
    await root('cd /sys/bus/virtio/drivers/virtio_blk && for it in virtio*; do echo $it >unbind; done');
    expect((await root('cat /etc/passwd /usr/bin/perl')).exitCode).not.toBe(0);
  });

  it.skipIf(!triesAll)(`stands still is ended by an interruption${unlessAll}`, async () => {
    const interruption = new AbortController();
    await target.stop();
    const own = await place.driver({}, interruption.signal);
    await own.prepare(spec);
    target = await own.start(spec);
    const running = root(hangs);
    await pause(2000);
    const begun = performance.now();
    interruption.abort(new Error('interrupted'));
    await expect(running).rejects.toThrow('interrupted');
    await target.stop();
    expect(performance.now() - begun).toBeLessThan(40_000);
  });

  it.skipIf(!triesAll)(`stands still is stopped all the same${unlessAll}`, async () => {
    await root(`(sleep 1; ${hangs}) </dev/null >/dev/null 2>&1 &`);
    await pause(2000);
    const begun = performance.now();
    await target.stop();
    expect(performance.now() - begun).toBeLessThan(90_000);
  });

  // Each is a socket of QEMU's, until it can't take another connection: neither for ssh nor for its monitor.
  it.skipIf(!triesAll)(
    `opens more than QEMU may is stopped by another command${unlessAll}`,
    { timeout: 600_000 },
    async () => {
      const { process: qemu } = JSON.parse(await readFile(place.workspace.targetState, 'utf8')) as {
        process: { pid: number };
      };
      execFileSync('prlimit', ['--pid', String(qemu.pid), '--nofile=512']);
      await root(`ip route del 10.0.2.2; (while perl -MSocket -e '
        for my $port (1024 .. 20000) {
          socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die;
          bind($socket, pack_sockaddr_in($port, INADDR_ANY)) or next;
          send($socket, "x", 0, pack_sockaddr_in(9, inet_aton("10.0.2.2")));
        }'; do :; done) </dev/null >/dev/null 2>&1 &`);
      const opened = async (): Promise<number> => (await readdir(`/proc/${String(qemu.pid)}/fd`)).length;
      await target.detach();
      await until(opened, (count) => count === 512, 60_000);
      const found = await (await place.driver()).attach();
      await expect(found?.run(['true'])).rejects.toMatchObject(lost);
      const begun = performance.now();
      await found?.stop();
      expect(performance.now() - begun).toBeLessThan(60_000);
    },
  );

  it.each([
    ['reboots', ends.reboots],
    ['sleeps', 'echo mem >/sys/power/state'],
  ])(
    `%s as soon as it is saved with its layer boots${unlessAll}`,
    { skip: !triesAll, timeout: 600_000 },
    async (_, end) => {
      const later = `(sleep 0.4; ${end}) </dev/null >/dev/null 2>&1 &`;
      await root(`echo kept >/kept; printf '%s\\n' '#!/bin/sh' '${later}' >"$(command -v setarch)"`);
      await driver.prepareFrom(spec, await sealed());
      target = await driver.start(spec);
      expect(await root('cat /kept')).toMatchObject({ stdout: 'kept\n' });
    },
  );

  describe('writes what others would take for a disk of some format', () => {
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

    it('is believed by a program that is told no format', async () => {
      await writeFile(join(folder, 'raw'), Buffer.concat([await overSocket(), Buffer.alloc(1 << 20)]));
      spawn('qemu-img', ['info', '--backing-chain', join(folder, 'raw')], { stdio: 'ignore' });
      await expect.poll(() => asked).toBeGreaterThan(0);
    });

    const vmdk = Buffer.from(
      '# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="monolithicFlat"\n' +
        'RW 2048 FLAT "/etc/passwd" 0\n',
    ).toString('base64');

    it('is believed by nobody: from a layer of it and a copy of that targets go on', async () => {
      const header = (await overSocket()).toString('base64');
      const write = (text: string, at: string): string =>
        `echo ${text} | base64 -d | dd of=/dev/vda bs=512 seek=${at} conv=notrunc status=none`;
      const last = '$(($(cat /sys/block/vda/size) - 1))';
      const vhd = Buffer.concat([Buffer.from('conectix'), Buffer.alloc(504)]).toString('base64');
      await root(`sync; ${write(header, '0')}; ${write(vhd, last)}; ${write(vmdk, '2')}; sync`);
      const first = 'dd if=/dev/vda bs=1024 count=1 iflag=direct status=none | base64 -w0';
      expect((await root(first)).stdout).toBe(header);
      const copy = join(place.root, 'copy');
      await rm(copy, { recursive: true, force: true });
      await driver.copyLayer(await sealed(), copy);
      await driver.prepareFrom(spec, copy);
      target = await driver.start(spec);
      expect((await root(first)).stdout).toBe(header);
      expect(asked).toBe(0);
    });

    it.skipIf(!triesAll)(
      `is believed by nobody when it boots${unlessAll}`,
      { timeout: 600_000 },
      async () => {
        const header = (await overSocket()).toString('base64');
        await root(`echo ${header} | base64 -d | dd of=/dev/vda conv=notrunc status=none; echo kept >/kept`);
        await target.stop();
        target = await driver.start(spec);
        expect(await root('cat /kept')).toMatchObject({ stdout: 'kept\n' });
        expect(asked).toBe(0);
      },
    );

    it.skipIf(!triesAll)(
      `speaks like QEMU as it boots, and is told no more than that${unlessAll}`,
      { timeout: 600_000 },
      async () => {
        const words = 'qemu-system-x86_64: unknown option';
        const init = ['#!/bin/sh', `echo; echo "${words}" >/dev/ttyS0`, ends['powers off']];
        await root(`printf '%s\\n' ${init.map((line) => `'${line}'`).join(' ')} >/usr/lib/gitian/init; sync`);
        await target.stop();
        await expect(driver.start(spec)).rejects.toMatchObject({
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
        await driver.prepareFrom(spec, layer);
        target = await driver.start(spec);
        expect(await root('echo up')).toMatchObject({ stdout: 'up\n' });
        await target.stop();
        await rm(stateFiles(layer).memory);
        await driver.prepareFrom(spec, layer);
        await expect(driver.start(spec)).rejects.toMatchObject({ code: 'target-failed' });
      },
    );
  });
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
