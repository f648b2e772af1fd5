import type { ChildProcess } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/build-workspace.js';
import { outcomeOf } from '../../support/running-command.js';

/** The steps of a build as they are announced; a build is ended in each of them. */
const steps = [
  'Stopping target if it is up',
  'Making a new image copy',
  'Starting target',
  'Updating apt-get repository',
  'Installing additional packages',
  'Upgrading system',
  'Creating package manifest',
  'Sealing the packages',
  'Preparing build environment',
  'Running build script',
  'Grabbing results from target',
  'Stopping target',
  'Generating report',
] as const;

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: null } as const;

describe.skipIf(cannotBuild)('a build that is ended (root or sudo)', () => {
  let here: BuildWorkspace;
  let descriptor: string;
  beforeAll(async () => {
    here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
    descriptor = await here.descriptor({
      more: 'packages: [zip]\nenable_cache: true\n',
      script: `
        trap '' TERM INT HUP
        setsid sleep 300 & disown
        echo new > $GBUILD_PACKAGE_CACHE/file
        head -c 80M /dev/zero > $OUTDIR/zeros`,
    });
    const first = await here.run('gbuild', [descriptor]);
    expect(first.stderr).toContain('Generating report');
    expect(first.exitCode).toBe(0);
    writeFileSync(join(here.path, 'result/test-res.yml'), 'the old report');
    writeFileSync(join(here.path, 'cache/test/file'), 'old');
  });
  afterAll(async () => {
    await here[Symbol.asyncDispose]();
  });

  describe.each(Object.keys(exitCodes) as (keyof typeof exitCodes)[])('by %s', (signal) => {
    // A closed terminal is told as the others are: two steps stand for all.
    it.each(signal === 'SIGHUP' ? steps.slice(3, 5) : steps)(
      'in "%s" leaves nothing and loses nothing',
      async (step) => {
        const build = here.start('gbuild', ['--no-layer', descriptor]);
        const outcome = outcomeOf(build);
        await said(build, step);
        if (step === 'Running build script') expect(await here.remains()).not.toEqual([]);
        build.kill(signal);
        const { exitCode, stderr } = await outcome;
        expect(exitCode, stderr).toBe(exitCodes[signal]);
        if (signal !== 'SIGKILL')
          expect(stderr).toMatch(new RegExp(`\\ngbuild: interrupted by ${signal}\\n$`));
        await nothingRemains(here);
        expect(here.read('result/test-res.yml')).toBe('the old report');
        expect(readdirSync(join(here.path, 'result'))).toEqual(['test-res.yml']);
        expect(['old', 'new\n']).toContain(here.read('cache/test/file'));
      },
    );
  });

  it('is followed by one that works', async () => {
    const { exitCode } = await here.run('gbuild', [descriptor]);
    expect(exitCode).toBe(0);
    expect(readdirSync(join(here.path, 'build'))).toEqual(['out']);
    expect(here.read('result/test-res.yml')).toMatch(/^--- !!omap\n/);
    expect(await here.remains()).toEqual([]);
  });
});

/** Resolves when the command has announced a step. */
async function said(command: ChildProcess, words: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let text = '';
    command.stderr?.on('data', (part: string) => {
      text += part;
      if (text.includes(words)) resolve();
    });
    command.once('close', () => {
      reject(new Error(`it ended before "${words}":\n${text}`));
    });
  });
}

/** After a SIGKILL the session ends by itself, at once but not in the same instant. */
async function nothingRemains(here: BuildWorkspace): Promise<void> {
  await expect.poll(async () => here.remains(), { timeout: 10_000, interval: 50 }).toEqual([]);
}
