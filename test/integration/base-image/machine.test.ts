import { spawn, spawnSync, type ChildProcess, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseRecord } from '../../../src/base-record/read.js';
import type { BaseRecord } from '../../../src/base-record/record.js';
import { baseImages, cannotMakeMachines } from '../../support/base-image.js';
import { sha256 } from '../../support/digest.js';

const hasQemu = spawnSync('sh', ['-c', 'command -v qemu-system-x86_64 ssh']).status === 0;

describe.skipIf(cannotMakeMachines || !hasQemu)(
  "a base image for KVM (needs QEMU, ssh, and the tools of make-base-vm's preflight)",
  () => {
    let folder = '';
    let image = '';
    let record: BaseRecord | undefined;
    let machine: ChildProcess | undefined;
    let port = 0;

    /** Runs a command in the guest, which has to show the recorded host key. */
    const guest = (user: string, command: string, key = 'id_rsa'): SpawnSyncReturns<string> =>
      spawnSync('ssh', [...sshOptions(folder, key), '-p', String(port), `${user}@127.0.0.1`, command], {
        encoding: 'utf8',
      });

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'gitian-machine-'));
      [image = ''] = baseImages('bookworm', ['amd64'], 'kvm');
      record = await readBaseRecord(image);
      port = await freePort();
      writeFileSync(join(folder, 'known'), `[127.0.0.1]:${String(port)} ${record?.machine?.hostKey ?? ''}\n`);
      const key = readFileSync(join(dirname(image), 'var/id_rsa'));
      writeFileSync(join(folder, 'id_rsa'), key, { mode: 0o600 });
      machine = boot(image, folder, port);
      // Without acceleration and with a busy host that takes its time; a machine that died ends the waiting.
      while (guest('root', 'true').status !== 0) {
        if (machine.exitCode !== null) throw new Error(readFileSync(join(folder, 'console'), 'utf8'));
        await sleep(200);
      }
    }, 600_000);
    afterAll(() => {
      machine?.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });

    it('lies in files that nobody writes to, and that its record knows', () => {
      const stem = image.replace(/\.qcow2$/, '');
      const digest = (file: string): string => sha256(readFileSync(file));
      for (const ending of ['.qcow2', '.vmlinuz', '.initrd']) {
        expect(statSync(stem + ending).mode & 0o777).toBe(0o444);
      }
      expect(record?.image).toEqual({ sha256: digest(image), bytes: statSync(image).size });
      expect(record?.machine).toMatchObject({
        diskMiB: 12_287,
        architecture: 'amd64',
        kernel: { sha256: digest(`${stem}.vmlinuz`) },
        initrd: { sha256: digest(`${stem}.initrd`) },
        packages: [
          { name: 'busybox-static' },
          { name: expect.stringMatching(/^linux-image-6\.1/) as string },
        ],
      });
      const info = spawnSync('qemu-img', ['info', '--output=json', image], { encoding: 'utf8' });
      expect(JSON.parse(info.stdout)).toMatchObject({ format: 'qcow2', 'virtual-size': 12_287 * 2 ** 20 });
      expect(statSync(image).size).toBeLessThan(2 ** 29);
    });

    it('lets in the key of the workspace, and nothing else', () => {
      expect(guest('debian', 'id -un').stdout).toBe('debian\n');
      expect(guest('root', 'id -un').stdout).toBe('root\n');
      spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'other')]);
      for (const user of ['debian', 'root', 'daemon']) {
        const { status, stderr } = guest(user, 'true', user === 'daemon' ? 'id_rsa' : 'other');
        expect(stderr).toContain('Permission denied (publickey)');
        expect(status).toBe(255);
      }
      // No password is the hash of any of these.
      expect(guest('root', 'cut -d : -f 2 /etc/shadow').stdout).toMatch(/^(?:[!*]+\n)+$/);
    });

    it('is a guest with the whole disk, the network of its backend, and nothing that happens by itself', () => {
      expect(guest('debian', 'hostname; cat /etc/resolv.conf').stdout).toBe('gitian\nnameserver 10.0.2.3\n');
      expect(guest('root', 'ip route').stdout).toMatch(/^default via 10\.0\.2\.2 dev eth0/);
      const mounted = guest('root', 'df --block-size=1M --output=source,size,avail / | tail -n 1').stdout;
      const [source, size, available] = mounted.trim().split(/ +/);
      expect(source).toBe('/dev/vda');
      expect(Number(size)).toBeGreaterThan(11_900);
      expect(Number(available)).toBeGreaterThan(11_000);
      expect(guest('root', 'cat /sys/class/misc/hw_random/rng_current').stdout).toMatch(/^virtio_rng/);
      const programs = guest('root', 'ps --ppid 2 -p 2 --deselect -o comm=').stdout.trim().split('\n');
      expect([...new Set(programs)].sort()).toEqual(['dd', 'init', 'ps', 'sshd']);
      expect(Math.abs(Number(guest('debian', 'date +%s').stdout) - Date.now() / 1000)).toBeLessThan(60);
    });

    it('has installed what a container has, and the ssh server', async () => {
      const [container = ''] = baseImages('bookworm', ['amd64']);
      const inContainer = (await readBaseRecord(container))?.packages ?? [];
      const inMachine = record?.packages ?? [];
      expect(inMachine).toEqual(expect.arrayContaining([...inContainer]));
      const further = inMachine
        .map(({ name }) => name)
        .filter((name) => inContainer.every((had) => had.name !== name));
      expect(further).toContain('openssh-server');
      expect(further.filter((name) => /^linux-image|initramfs|^grub|^busybox/.test(name))).toEqual([]);
      expect(guest('root', "dpkg-query --show --showformat='${Package}\\n' | wc -l").stdout).toBe(
        `${String(inMachine.length)}\n`,
      );
    });

    it('switches off when it is told to', async () => {
      const ended = machine === undefined ? undefined : once(machine, 'exit');
      guest('root', 'poweroff');
      expect(await ended).toEqual([0, null]);
      expect(readFileSync(join(folder, 'console'), 'utf8')).toContain('reboot: Power down');
    });
  },
);

/** Starts QEMU on a disk over the image, which stays as it is. */
function boot(image: string, folder: string, port: number): ChildProcess {
  const disk = join(folder, 'disk');
  spawnSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image, disk]);
  const stem = image.replace(/\.qcow2$/, '');
  const words: readonly (readonly string[])[] = [
    ['-machine', 'q35', '-accel', 'tcg', '-cpu', 'max', '-m', '1000', '-smp', '2'],
    ['-nodefaults', '-display', 'none', '-serial', `file:${join(folder, 'console')}`],
    ['-kernel', `${stem}.vmlinuz`, '-initrd', `${stem}.initrd`, '-append', 'root=/dev/vda console=ttyS0'],
    ['-drive', `if=virtio,format=qcow2,cache=unsafe,file=${disk}`],
    ['-nic', `user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${String(port)}-:22`],
    ['-device', 'virtio-rng-pci'],
  ];
  return spawn('qemu-system-x86_64', words.flat(), { stdio: 'ignore' });
}

function sshOptions(folder: string, key: string): string[] {
  const settings = {
    BatchMode: 'yes',
    ConnectTimeout: '10',
    IdentitiesOnly: 'yes',
    IdentityFile: join(folder, key),
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: join(folder, 'known'),
  };
  return [
    '-F',
    '/dev/null',
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
