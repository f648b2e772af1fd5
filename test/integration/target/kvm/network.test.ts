import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageFile } from '../../../../src/core/package-files.js';
import { baseImages, cannotMakeMachines, isRoot } from '../../../support/base-image.js';
import { cannotRunMachines } from '../../../support/machine-remains.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';

const { PATH } = process.env;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-network-'));
});
afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true });
});

/** Leaves one program of the host out of `PATH`. */
function without(left: string): void {
  const found = new Map(
    ['/usr/sbin', '/usr/bin'].flatMap((from) => readdirSync(from).map((name) => [name, join(from, name)])),
  );
  found.delete(left);
  for (const [name, path] of found) symlinkSync(path, join(folder, name));
  process.env['PATH'] = folder;
}

describe.skipIf(cannotRunMachines || cannotMakeMachines)('the network of a machine', () => {
  let images: string[];
  beforeAll(() => {
    images = baseImages('bookworm', ['amd64'], 'kvm');
  }, 1_800_000);

  it("is the host's where QEMU can have none of its own, which is said", async () => {
    await using place = await TargetWorkspace.create('kvm', images);
    without('slirp4netns');
    const driver = await place.driver();
    await driver.prepare(spec);
    await using target = await driver.start(spec);
    expect((await target.run(['hostname'])).stdout).toBe('gitian\n');
    expect(place.events.filter(({ kind }) => kind === 'warning')).toEqual([
      {
        kind: 'warning',
        text: expect.stringMatching(/no network of its own: "slirp4netns" is not installed$/) as string,
        hint: 'apt-get install slirp4netns',
      },
    ]);
  });

  // The sandbox of slirp4netns unmounts what it sees, which reaches mounts that are shared.
  it.skipIf(!isRoot)("leaves the host's mounts alone", async () => {
    // What is unmounted on a shared mount is so for all who share it.
    const shared = join(folder, 'shared');
    const mounted = join(shared, 'mounted');
    mkdirSync(shared);
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', shared]);
    try {
      execFileSync('mount', ['--make-shared', shared]);
      mkdirSync(mounted);
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', mounted]);
      const isThere = (): boolean => readFileSync('/proc/self/mounts', 'utf8').includes(mounted);
      await using place = await TargetWorkspace.create('kvm', images);
      const driver = await place.driver();
      await driver.prepare(spec);
      const target = await driver.start(spec);
      expect(isThere()).toBe(true);
      await target.stop();
      expect(isThere()).toBe(true);
    } finally {
      execFileSync('umount', ['--recursive', shared]);
    }
  });

  // A name server at the host's loopback is in nobody's reach there.
  it.skipIf(!isRoot)('keeps its name server when the host gets another', () => {
    const script = String.raw`
      mount -t tmpfs tmpfs "$1"
      cd "$1"
      mkdir 'run a,b:c' upper work
      mount -t overlay -o lowerdir=/etc,upperdir=upper,workdir=work overlay /etc
      echo here >byte
      sh "$2" run 'run a,b:c' own - '' sh -c '
        until [ -e moved ]; do sleep 0.02; done
        cat /etc/resolv.conf' 3>began 6<byte &
      until [ -s began ]; do sleep 0.02; done
      echo 'nameserver 127.0.0.53' >/etc/next
      mv /etc/next /etc/resolv.conf
      echo >moved
      wait`;
    const words = ['--mount', '--propagation', 'private', 'sh', '-euc', script, 'sh', folder];
    const network = packageFile('share/kvm/network.sh');
    expect(execFileSync('unshare', [...words, network], { encoding: 'utf8' })).toBe('nameserver 10.0.2.3\n');
  });
});
