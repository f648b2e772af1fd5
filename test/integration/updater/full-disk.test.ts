import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../support/commands.js';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { runCommand } from '../../support/updater/run-command.js';
import { filesIn, updaterWorld } from '../../support/updater/world.js';

const isRoot = process.getuid?.() === 0;
const mebibyte = 1 << 20;

const before: PackageSpec = { release: '1.0', files: { hello: 'one', data: randomBytes(mebibyte) } };

describe.skipIf(!isRoot)('a disk of 5 MiB (root)', () => {
  const world = updaterWorld();
  let small: string;
  beforeEach(() => {
    small = world.at('small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', small]);
  });
  afterEach(() => {
    execFileSync('umount', [small]);
  });

  const update = (): Promise<Outcome> =>
    runCommand('gitian-updater', ['-c', 'config.yml', '-d', 'small/dest'], { cwd: world.folder });

  it.each([
    ['the download', randomBytes(6 * mebibyte)],
    // Two MiB fit as they come, and not a second time.
    ['the new files', randomBytes(2 * mebibyte)],
    ['what is packed well', Buffer.alloc(6 * mebibyte, 'x')],
  ])('that is too small for %s keeps the old version, and says why', async (_, data) => {
    world.publish(before);
    world.configureUrl();
    expect((await update()).exitCode).toBe(0);
    const installed = filesIn(world.at('small/dest'));
    world.publish({ release: '1.1', files: { hello: 'two', data } });
    const { exitCode, stderr } = await update();
    expect(stderr).toMatch(/no space left|disk is full/i);
    expect(stderr).not.toMatch(/this is a bug/);
    expect(exitCode).toBe(1);
    expect(filesIn(world.at('small/dest'))).toEqual(installed);
    // With room again, the next call makes it good.
    execFileSync('mount', ['-o', 'remount,size=50m', small]);
    expect((await update()).exitCode).toBe(0);
    expect(readFileSync(world.at('small/dest/hello'), 'utf8')).toBe('two');
    expect(readdirSync(small)).toEqual(['dest']);
  });

  it('that is too small for a canonical zip has none, and keeps the one that was there', async () => {
    world.publish({ release: '1.0', files: { data: randomBytes(6 * mebibyte) } });
    writeFileSync(world.at('in.zip'), world.server.content('/hello.zip'));
    writeFileSync(world.at('small/out.zip'), 'old');
    const args = ['2020-01-01', 'in.zip', 'small/out.zip'];
    const { exitCode, stderr } = await runCommand('canon-zip', args, { cwd: world.folder });
    expect(stderr).toMatch(/no space left|disk is full/i);
    expect(stderr).not.toMatch(/this is a bug/);
    expect(exitCode).not.toBe(0);
    expect(readdirSync(small)).toEqual(['out.zip']);
    expect(readFileSync(world.at('small/out.zip'), 'utf8')).toBe('old');
  });
});
