import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
});
