import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markOf } from '../../../src/core/files/owner-mark.js';
import { readBaseRecord } from '../../../src/base-record/read.js';
import { baseImages, isRoot, ordinaryUserMakes } from '../../support/base-image.js';
import {
  imageMountsLeft,
  mountsOfMaking,
  startMaking,
  stillMaking,
} from '../../support/workspaces/making-image.js';
import { triesAll } from '../../support/tries-all.js';
import { until } from '../../support/until.js';
import { sha256 } from '../../support/digest.js';

const hasTools = spawnSync('sh', ['-c', 'command -v mmdebstrap tar2sqfs rdsquashfs newuidmap']).status === 0;
const name = 'base-bookworm-amd64';

/** Packing begins after minutes. */
const killedWhile = triesAll ? 'while it packs' : 'while it installs';

describe.skipIf(!isRoot || !hasTools)(
  'make-base-vm on real packages (needs root, mmdebstrap and uidmap)',
  () => {
    let parent = '';
    let image = '';

    beforeAll(() => {
      parent = mkdtempSync(join(tmpdir(), 'gitian-make-base-'));
      [image = ''] = baseImages('bookworm', ['amd64']);
    });
    afterAll(() => {
      rmSync(parent, { recursive: true });
    });

    it.skipIf(!ordinaryUserMakes)(
      `works for an ordinary user, in a home of theirs alone (needs a clone that they may read)`,
      async () => {
        const said = (what: string): string => readFileSync(`${image}.${what}`, 'utf8');
        expect(said('stderr')).toMatch(
          /^Asking the archive \(log in var\/base-bookworm-amd64\.log\) .*\nInstalling .*\nPacking /,
        );
        expect(said('stdout')).toBe(`${digestOf(image)}  ${name}\n`);
        expect(said('left')).toBe('var\n');
        expect(said('processes')).toBe('');
        expect(statSync(image).mode & 0o777).toBe(0o444);

        const record = await readBaseRecord(image);
        expect(record?.image).toEqual({ sha256: digestOf(image), bytes: statSync(image).size });
        const names = record?.packages.map((found) => found.name) ?? [];
        expect(names).toEqual(
          expect.arrayContaining(['build-essential', 'git', 'locales', 'sudo', 'systemd', 'vim-tiny']),
        );
        expect(names).not.toEqual(expect.arrayContaining(['cron']));
        expect(names).not.toEqual(expect.arrayContaining(['rsyslog']));
        expect(record?.sources.guest).toEqual([
          expect.stringMatching(/^deb https?:\/\/\S+ bookworm main contrib$/),
        ]);
        expect(record?.releases).toMatchObject([{ origin: 'Debian', codename: 'bookworm' }]);
        const installed = [
          ...inImage(image, 'var/lib/dpkg/status').matchAll(/^Status: install ok installed$/gm),
        ];
        expect(names).toHaveLength(installed.length);
      },
    );

    it('puts into the image what a guest needs, and nothing of the host or the moment', () => {
      expect(inImage(image, 'etc/hosts')).toBe('127.0.0.1 localhost\n127.0.1.1 gitian\n');
      expect(inImage(image, 'etc/hostname')).toBe('gitian\n');
      expect(inImage(image, 'etc/machine-id')).toBe('');
      expect(inImage(image, 'usr/sbin/policy-rc.d')).toBe('#!/bin/sh\nexit 101\n');
      expect(inImage(image, 'etc/passwd')).toContain('\ndebian:x:1000:1000::/home/debian:/bin/bash\n');
      expect(inImage(image, 'etc/group')).toContain('\ndebian:x:1000:\n');
      expect(inImage(image, 'etc/group')).toMatch(/^sudo:x:27:$/m);
      expect(inImage(image, 'etc/shadow')).toMatch(/^debian:!:/m);
      const files = filesOf(image);
      expect(files).toContain('var/lib/apt/lists/partial');
      expect(files.filter((file) => /^var\/lib\/apt\/lists\/.*_Packages$/.test(file))).toHaveLength(2);
      for (const absent of [
        /^etc\/resolv\.conf$/,
        /^etc\/ssh\/ssh_host/,
        /99mmdebstrap$/,
        /^var\/cache\/apt\/.*\.(deb|bin)$/,
        /^var\/log\/.*\.log$/,
        /^(tmp|dev|var\/tmp|run\/(?!lock))\/?.+/,
        /^usr\/lib\/locale\/locale-archive$/,
      ]) {
        expect(files.filter((file) => absent.test(file))).toEqual([]);
      }
    });

    it("is ended by a signal at once, leaves nothing but its log, and takes nothing of the host's memory files", async () => {
      const workspace = join(parent, 'ended');
      mkdirSync(workspace);
      using memory = memoryFile();
      const { child, stderr } = startMaking(workspace);
      // mmdebstrap mounts the folder of that name for packages' scripts.
      await comes(() => mountsOfMaking().some((line) => /\/gitian-base\.\S+\/dev\/shm /.test(line)));
      child.kill('SIGTERM');
      const [exitCode] = (await once(child, 'close')) as [number | null];
      expect(exitCode).toBe(143);
      expect(stderr()).toContain('make-base-vm: interrupted by SIGTERM\n');
      expect(stillMaking()).toEqual([]);
      expect(readdirSync(workspace)).toEqual(['var']);
      expect(imageMountsLeft()).toEqual([]);
      expect(readFileSync(memory.path, 'utf8')).toBe('kept');
    });

    it.skipIf(!triesAll)('gives root the same image', async ({ skip }) => {
      const workspace = join(parent, 'root');
      mkdirSync(workspace);
      const { child, stderr } = startMaking(workspace);
      expect(await once(child, 'close'), stderr()).toEqual([0, null]);
      const roots = join(workspace, name);
      const [before, now] = await Promise.all([image, roots].map(async (file) => readBaseRecord(file)));
      if (JSON.stringify(before?.releases) !== JSON.stringify(now?.releases))
        skip('that is of an older release');
      expect(digestOf(roots)).toBe(digestOf(image));
    });

    it(`can be killed ${killedWhile}; the next run clears up`, async () => {
      const workspace = join(parent, 'killed');
      mkdirSync(workspace);
      const killed = startMaking(workspace);
      // The image comes at the very end.
      const packs = (): boolean => readdirSync(workspace).some((file) => file.startsWith('.base-'));
      await comes(() =>
        triesAll ? packs() : killed.stderr().includes('Installing') && stillMaking().length > 5,
      );
      const mark = markOf(killed.child.pid ?? 0);
      mkdirSync(join(workspace, `.${name}.${mark}`), { recursive: true });
      killed.child.kill('SIGKILL');
      await once(killed.child, 'close');
      await comes(() => stillMaking().length === 0);
      expect(imageMountsLeft()).toEqual([]);
      expect(readdirSync(workspace)).not.toContain(name);

      const next = startMaking(workspace);
      await comes(() => next.stderr().includes('Installing'));
      next.child.kill('SIGTERM');
      await once(next.child, 'close');
      expect(readdirSync(workspace)).toEqual(['var']);
    });

    it('says that the disk is full, before anything else', async () => {
      const { exitCode, stderr, left } = await onDisk('size=40m', parent);
      expect(stderr).toMatch(
        /^make-base-vm: the disk that holds "\S+" has (?:39|40) MiB left, and a base image takes 200 or more\nhint: make room/,
      );
      expect(exitCode).toBe(1);
      expect(left).toEqual([]);
    });

    it('says the same of a disk that takes no new files, before anything else', async () => {
      const { exitCode, stderr, left } = await onDisk('size=300m,nr_inodes=20', parent);
      expect(stderr).toMatch(/^make-base-vm: the disk that holds "\S+" is full\nhint: make room/);
      expect([exitCode, left]).toEqual([1, []]);
    });

    it.skipIf(!triesAll)(
      'says that the disk is full when the image comes, and leaves nothing on it',
      async () => {
        const { exitCode, stderr, left } = await onDisk('size=210m', parent);
        expect(stderr).toMatch(/^make-base-vm: the disk that holds "\S+" is full\nhint: make room/m);
        expect(exitCode).toBe(1);
        expect(left).toEqual(['var']);
      },
    );

    it("says that the archive doesn't answer, or hasn't the suite", async () => {
      const workspace = join(parent, 'unreached');
      mkdirSync(workspace);
      const closed = startMaking(workspace, { further: ['--mirror', 'http://127.0.0.1:9/debian'] });
      expect(((await once(closed.child, 'close')) as [number])[0]).toBe(1);
      expect(closed.stderr()).toContain(
        "make-base-vm: the archive can't be reached: Could not connect to 127.0.0.1:9",
      );
      const unknown = startMaking(workspace, { further: ['--suite', 'unheard-of'] });
      expect(((await once(unknown.child, 'close')) as [number])[0]).toBe(1);
      expect(unknown.stderr()).toMatch(
        /make-base-vm: the archive "http\S+" has no suite "unheard-of"\nhint: /,
      );
      expect(readdirSync(workspace)).toEqual(['var']);
    });
  },
);

/** A file of somebody's in /dev/shm, where there is such a folder. */
function memoryFile(): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'gitian-memory-'));
  const path = join(folder, 'file');
  writeFileSync(path, 'kept');
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** On a busy host an image takes minutes. */
async function comes(holds: () => boolean): Promise<void> {
  await until(holds, Boolean, 280_000);
}

/** Makes an image on a disk with these options of tmpfs; `left` is what is there afterwards. */
async function onDisk(
  options: string,
  parent: string,
): Promise<{ readonly exitCode: number | null; readonly stderr: string; readonly left: string[] }> {
  const workspace = join(parent, 'full');
  mkdirSync(workspace, { recursive: true });
  const disk = ['-t', 'tmpfs', '-o', options, 'gitian-test', workspace];
  expect(spawnSync('mount', disk).status).toBe(0);
  try {
    const { child, stderr } = startMaking(workspace);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    expect(stillMaking()).toEqual([]);
    return { exitCode, stderr: stderr(), left: readdirSync(workspace) };
  } finally {
    spawnSync('umount', [workspace]);
  }
}

function digestOf(file: string): string {
  return sha256(readFileSync(file));
}

function inImage(image: string, path: string): string {
  const { status, stdout, stderr } = spawnSync('rdsquashfs', ['--cat', path, image], {
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

/** Every path in an image. */
function filesOf(image: string): string[] {
  const { stdout } = spawnSync('rdsquashfs', ['--describe', image], { encoding: 'utf8', maxBuffer: 2 ** 27 });
  return stdout.split('\n').flatMap((line) => {
    const [, quoted, plain] = /^\w+ (?:"\/?((?:[^"\\]|\\.)*)"|\/?(\S+))/.exec(line) ?? [];
    return quoted ?? plain ?? [];
  });
}
