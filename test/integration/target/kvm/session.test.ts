import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeRunFolder, removeAbandonedFolders } from '../../../../src/target/kvm/run-folder.js';
import { Session } from '../../../../src/target/kvm/qemu/session.js';
import { until } from '../../../support/until.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-session-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform !== 'linux')('a session of KVM', () => {
  // What listens to the driver is started last, and has to end although it has only just begun.
  it('ends with a QEMU that ends at once, every time', { timeout: 60_000 }, async () => {
    for (let time = 0; time < 50; time += 1) {
      const run = await makeRunFolder(undefined);
      const session = new Session({
        folder: run.path,
        state: join(folder, 'state'),
        log: join(folder, 'log'),
        layer: undefined,
        network: { kind: 'host' },
        program: 'false',
        args: [],
      });
      await session.ended;
      expect(existsSync(run.path)).toBe(false);
    }
  });

  // Its QEMU, slirp4netns and what looks after them may each be killed before the others have begun.
  it(
    'in a network of its own ends with a command that is gone at once, every time',
    { timeout: 60_000 },
    async () => {
      const gone = async (time: number): Promise<boolean> => {
        const run = await makeRunFolder(undefined);
        const session = new Session({
          folder: run.path,
          state: join(folder, `state-${String(time)}`),
          log: join(folder, 'log'),
          layer: undefined,
          network: { kind: 'own', withLoopback: false, hostPort: undefined },
          program: 'sleep',
          args: ['1000'],
        });
        await pause(time % 10);
        void session.kill();
        await session.ended;
        return !existsSync(run.path);
      };
      for (let time = 0; time < 200; time += 10) {
        const several = Array.from({ length: 10 }, async (_, index) => gone(time + index));
        expect(await Promise.all(several)).not.toContain(false);
      }
    },
  );

  it('keeps the beginning of what slirp4netns says, and it never waits', async () => {
    const others = join(folder, 'programs');
    mkdirSync(others);
    const talkative = `#!/bin/sh\nhead -c 3000000 /dev/zero >&2\n: >'${folder}/over'\nexec cat <&3\n`;
    writeFileSync(join(others, 'slirp4netns'), talkative, { mode: 0o755 });
    vi.stubEnv('PATH', `${others}:${process.env['PATH'] ?? ''}`);
    const run = await makeRunFolder(undefined);
    const session = new Session({
      folder: run.path,
      state: join(folder, 'state'),
      log: join(folder, 'log'),
      layer: undefined,
      network: { kind: 'own', withLoopback: false, hostPort: undefined },
      program: 'sleep',
      args: ['1000'],
    });
    await until(() => existsSync(join(folder, 'over')), Boolean);
    const { size } = statSync(join(run.path, 'said'));
    await session.kill();
    expect([size, existsSync(run.path)]).toEqual([1 << 20, false]);
  });

  it('that was killed itself leaves a folder, which the next command takes away', async () => {
    const folders = await Promise.all([1, 2, 3, 4].map(async () => makeRunFolder(folder)));
    const [dead, living, young, unbegun] = folders;
    if (dead === undefined || living === undefined || young === undefined || unbegun === undefined)
      throw new Error('no folders');
    for (const { alive } of [dead, living]) execFileSync('mkfifo', [alive]);
    for (const { path } of [living, unbegun]) utimesSync(path, 0, 0);
    const holder = openSync(living.alive, 'r+');
    await removeAbandonedFolders(folder);
    closeSync(holder);
    expect(folders.map(({ path }) => existsSync(path))).toEqual([false, true, true, false]);
  });
});
