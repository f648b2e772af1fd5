import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandName } from '../../../src/cli/command-files.js';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { executable, type Outcome } from '../../support/commands.js';
import { plantDecoys } from '../../support/decoys.js';
import { runProgramBeside } from '../../support/updater/run-command.js';

/** What a shell may be like in which a target is made, started and used. */
const shells: Readonly<Record<string, { readonly before?: string; readonly env?: Record<string, string> }>> =
  {
    'other limits': {
      before: 'ulimit -S -s 4000 -f 999999 -t 9999; ulimit -S -c 7; ulimit -S -n 900; umask 007',
    },
    'a PATH with the folder itself in it, and no HOME': {
      env: { PATH: `.::${process.env['PATH'] ?? ''}`, HOME: '', XDG_RUNTIME_DIR: 'x' },
    },
    "other interpreters' ways": {
      env: {
        PERL5OPT: '-Mnonsense',
        PERL5LIB: '.',
        BASH_ENV: './sh',
        'BASH_FUNC_rm%%': '() { rm; }',
        PS4: '$(rm)',
      },
    },
    'a library that is missing': { env: { LD_PRELOAD: '/nowhere.so' } },
  };

describe.skipIf(cannotBuild)('targets of a shell with', () => {
  let workspace: BuildWorkspace;
  beforeAll(async () => {
    workspace = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
  }, 600_000);
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
  });

  it.each(Object.entries(shells))('%s are as any other', async (_, { before = '', env = {} }) => {
    const ran = plantDecoys(workspace.path);
    const run = async (command: CommandName, ...args: string[]): Promise<Outcome> => {
      const words = [process.execPath, executable(command), ...args];
      return runProgramBeside('/bin/bash', ['-p', '-c', `${before}\nexec "$@"`, 'bash', ...words], {
        cwd: workspace.path,
        env: { USE_LXC: '1', GITIAN_CACHE: workspace.cache, ...env },
      });
    };
    const done = { exitCode: 0, stdout: '' };
    expect(await run('make-clean-vm', '-s', 'bookworm', '-a', 'amd64')).toMatchObject(done);
    const started = await run('start-target', '64', 'bookworm-amd64');
    expect(started).toMatchObject(done);
    expect(started.stderr).not.toContain('warning');
    expect(
      await run('on-target', 'for l in c f n s t v; do ulimit -S -$l; done; umask; echo $HOME'),
    ).toMatchObject({
      exitCode: 0,
      stdout: '0\nunlimited\n1024\n8192\nunlimited\nunlimited\n0022\n/home/debian\n',
    });
    expect(await run('copy-to-target', 'sh', 'there')).toMatchObject(done);
    expect(await run('copy-from-target', 'there/sh', 'back')).toMatchObject(done);
    expect(await run('stop-target')).toMatchObject(done);
    expect(workspace.has('back/sh')).toBe(true);
    expect(ran()).toEqual([]);
    expect(await workspace.remains()).toEqual([]);
    rmSync(join(workspace.path, 'back'), { recursive: true });
  });
});
