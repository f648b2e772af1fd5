import { readdirSync, readFileSync } from 'node:fs';
import { chown, lchown, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommandName } from '../../../src/cli/command-files.js';
import { run } from '../../../src/core/processes/process.js';
import { baseImages, cannotBuild, isRoot } from '../../support/base-image.js';
import type { Outcome } from '../../support/commands.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';

/** Who has no account on this host, and may write in the workspace all the same. */
const other = 65534;

/** Commands with what they are given here. */
const args = {
  'stop-target': [],
  'on-target': ['true'],
  'make-clean-vm': ['--suite', 'bookworm', '--arch', 'amd64'],
  'start-target': ['64', 'bookworm-amd64'],
  'make-base-vm': ['--lxc', '--distro', 'debian', '--suite', 'bullseye', '--arch', 'amd64'],
  gbuild: ['--no-layer', 'test.yml'],
} as const satisfies Partial<Record<CommandName, readonly string[]>>;
type Command = keyof typeof args;

/** What somebody puts in the place of what a command writes. */
const links: readonly (readonly [Command, string])[] = [
  ['stop-target', 'var/lock'],
  ['make-clean-vm', 'var/lock'],
  ['start-target', 'var/lock'],
  ['start-target', 'var/target.log'],
  ['gbuild', 'var/lock'],
  ['gbuild', 'var/target.log'],
  ['gbuild', 'var/install.log'],
  ['gbuild', 'var/build-script'],
  ['gbuild', 'var/build.log'],
  ['gbuild', 'result/test-res.yml'],
  ['gbuild', 'result/test-how.json'],
  ['gbuild', 'result/test-unfinished'],
  ['make-base-vm', 'var/base-bullseye-amd64.lock'],
  ['make-base-vm', 'var/base-bullseye-amd64.log'],
];

/** The same of folders. */
const folders: readonly (readonly [Command, string])[] = [
  ['stop-target', 'var'],
  ['make-clean-vm', 'var'],
  ['start-target', 'var'],
  ['make-base-vm', 'var'],
  ['gbuild', 'var'],
  ['gbuild', 'result'],
  ['gbuild', 'inputs'],
  ['gbuild', 'cache'],
];

/** What waits for somebody where it is opened. */
const fifos: readonly (readonly [Command, string])[] = [
  ['stop-target', 'var/lock'],
  ['start-target', 'var/lock'],
  ['start-target', 'var/target.log'],
  ['gbuild', 'var/install.log'],
  ['gbuild', 'var/base-bookworm-amd64.manifest'],
  ['gbuild', 'var/build-script'],
  ['gbuild', 'var/build.log'],
  ['make-base-vm', 'var/base-bullseye-amd64.log'],
];

describe.skipIf(cannotBuild || !isRoot)(
  'what others put in the place of what root writes (skipped without LXC and root)',
  { timeout: 120_000 },
  () => {
    let here: BuildWorkspace;
    beforeAll(async () => {
      here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
      await here.descriptor({ script: 'echo new >$OUTDIR/out' });
    }, 600_000);
    afterAll(async () => here[Symbol.asyncDispose]());

    const at = (...parts: string[]): string => join(here.path, ...parts);
    const runHere = async (command: Command): Promise<Outcome> => here.run(command, [...args[command]]);
    beforeEach(async () => {
      for (const name of ['var', 'result', 'cache', 'victim', 'inputs', 'build'])
        await rm(at(name), { recursive: true, force: true });
      for (const name of ['var', 'result', 'victim', 'inputs']) await mkdir(at(name));
      await writeFile(at('victim/file'), 'theirs');
      await writeFile(at('victim/test-res.yml'), 'theirs');
    });

    const plant = async (to: string, place: string): Promise<void> => {
      await mkdir(dirname(at(place)), { recursive: true });
      await rm(at(place), { recursive: true, force: true });
      await symlink(at(to), at(place));
      await lchown(at(place), other, other);
    };
    const expectUnharmed = (): void => {
      const names = readdirSync(at('victim')).sort();
      const texts = names.map((name) => readFileSync(at('victim', name), 'utf8'));
      expect([names, texts]).toEqual([
        ['file', 'test-res.yml'],
        ['theirs', 'theirs'],
      ]);
    };
    const expectRefused = ({ exitCode, stderr }: Outcome, place: string, reason: string): void => {
      expect(stderr).toMatch(
        new RegExp(`: "(?:/.*/)?${place}" can't be used: ${reason}\nhint: see whose it is`),
      );
      expect(exitCode).toBe(2);
    };

    it.each(links)('leads %s nowhere: a link %s', async (command, place) => {
      if (command === 'start-target') await runHere('make-clean-vm');
      if (place.includes('unfinished')) await writeFile(at('result/test-res.yml'), 'an earlier one');
      await plant('victim/file', place);
      expectRefused(await runHere(command), place, "it is another user's link");
      expectUnharmed();
    });

    it.each(folders)('leads %s nowhere: a link %s to a folder', async (command, place) => {
      await plant('victim', place);
      expectRefused(await runHere(command), place, "it is another user's link");
      expectUnharmed();
    });

    it.each(fifos)('keeps %s from nothing but its work: a FIFO %s', async (command, place) => {
      if (command === 'start-target') await runHere('make-clean-vm');
      await rm(at(place), { force: true });
      await run({ program: 'mkfifo', args: [at(place)] });
      await chown(at(place), other, other);
      expectRefused(await runHere(command), place, 'it is not a file');
    });

    it.each(['', 'config'])('is no target to start: target-bookworm-amd64/%s', async (place) => {
      const folder = at('target-bookworm-amd64');
      await rm(folder, { recursive: true, force: true });
      if (place === '') await plant('victim', 'target-bookworm-amd64');
      else {
        await plant('victim/file', 'target-bookworm-amd64/config');
        await chown(folder, other, other);
      }
      const { exitCode, stderr } = await runHere('start-target');
      expect(stderr).toContain("another user's");
      expect(stderr).toContain('hint: ');
      expect(exitCode).toBe(place === '' ? 2 : 1);
      expectUnharmed();
    });

    it('gives way where it is made anew: a target, build/, and a log with a second name', async () => {
      await plant('victim', 'build');
      await plant('victim', 'target-bookworm-amd64');
      await run({ program: 'ln', args: [at('victim/file'), at('var/build.log')] });
      const { exitCode, stderr } = await runHere('gbuild');
      expect(exitCode, stderr).toBe(0);
      expect(readFileSync(at('build/out/out'), 'utf8')).toBe('new\n');
      expectUnharmed();
    });

    it('is left alone by those that only read it', async () => {
      await plant('victim/file', 'var/target.json');
      expect((await runHere('on-target')).exitCode).not.toBe(0);
      expectUnharmed();
    });

    it('is another thing than links of their own: var/, result/ and logs on another disk', async () => {
      await mkdir(at('disk/var'), { recursive: true });
      await mkdir(at('disk/result'));
      for (const name of ['var', 'result']) {
        await rm(at(name), { recursive: true });
        await symlink(`disk/${name}`, at(name));
      }
      await symlink('../log', at('disk/var/build.log'));
      const { exitCode, stderr } = await runHere('gbuild');
      expect(exitCode, stderr).toBe(0);
      expect(readFileSync(at('disk/log'), 'utf8')).toContain('echo new');
      expect(readFileSync(at('disk/result/test-res.yml'), 'utf8')).toContain('out');
    });
  },
);
