import { appendFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commit, git, makeRepository } from '../../../support/workspaces/git-repository.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom();

describe('a hostile repository', () => {
  it('runs no hooks of the clone', async () => {
    await commit(here.origin, { a: 'one' });
    await here.fetch('master');
    const hooks = join(here.clone, '.git/hooks');
    await mkdir(hooks);
    for (const hook of [
      'post-checkout',
      'reference-transaction',
      'post-index-change',
      'post-merge',
      'pre-auto-gc',
    ]) {
      await writeFile(join(hooks, hook), `#!/bin/sh\ntouch ${here.room}/ran\n`);
      await chmod(join(hooks, hook), 0o755);
    }
    await commit(here.origin, { a: 'two' });
    await here.fetch('master');
    await expect(readFile(join(here.room, 'ran'))).rejects.toThrow('ENOENT');
  });

  it.each([
    'ext::sh -c "touch RAN"',
    'fd::17',
    'ftp://localhost/x',
    '--upload-pack=touch RAN',
    'https://x\ny',
  ])('the url %j is refused', async (url) => {
    await expect(here.fetch('master', {}, url.replace('RAN', join(here.room, 'ran')))).rejects.toMatchObject({
      code: 'unsafe-name',
      exitCode: 2,
    });
    await expect(readFile(join(here.room, 'ran'))).rejects.toThrow('ENOENT');
  });

  it.each([
    '-fx',
    '--force',
    'a..b',
    'a b',
    'x^{tree}',
    'HEAD@{1}',
    'a:b',
    '$(touch x)~',
    'x\ny',
    '/a',
    'a.lock',
  ])('the commit %j is refused', async (wanted) => {
    await expect(here.fetch(wanted)).rejects.toMatchObject({ code: 'unsafe-name', exitCode: 2 });
  });

  it.each(['ext::sh -c touch% RAN', '--upload-pack=touch RAN', '-u touch RAN'])(
    'a submodule from %j is refused and runs nothing',
    async (url) => {
      const library = await makeRepository(join(here.room, 'library'));
      const hash = await commit(library, { lib: 'one' });
      await appendFile(
        join(here.origin, '.gitmodules'),
        `[submodule "lib"]\n\tpath = lib\n\turl = "${url.replace('RAN', join(here.room, 'ran'))}"\n\tupdate = "!touch ${here.room}/ran"\n`,
      );
      await git(here.origin, 'update-index', '--add', '--cacheinfo', `160000,${hash},lib`);
      await git(here.origin, 'add', '.gitmodules');
      await git(here.origin, 'commit', '--quiet', '-m', 'evil');
      await expect(here.fetch('master')).rejects.toMatchObject({ code: 'submodules-failed', exitCode: 2 });
      await expect(readFile(join(here.room, 'ran'))).rejects.toThrow('ENOENT');
    },
  );

  it('gets no filter run, such as LFS, that the user has configured', async () => {
    await commit(here.origin, {
      '.gitattributes': '*.bin filter=lfs\n*.txt text eol=crlf\n',
      'x.bin': 'pointer',
    });
    await mkdir(here.clone, { recursive: true });
    await git(here.clone, 'init', '--quiet');
    for (const [name, value] of [
      ['filter.lfs.smudge', `touch ${here.room}/ran; cat`],
      ['filter.lfs.process', `touch ${here.room}/ran; false`],
      ['filter.lfs.required', 'true'],
      ['core.autocrlf', 'true'],
      ['core.fsmonitor', `touch ${here.room}/ran`],
    ] as const) {
      await git(here.clone, 'config', name, value);
    }
    await rm(join(here.room, 'ran'), { force: true });
    await here.fetch('master');
    expect(await here.text('x.bin')).toBe('pointer');
    expect(await here.text('.gitattributes')).not.toContain('\r');
    await expect(readFile(join(here.room, 'ran'))).rejects.toThrow('ENOENT');
  });
});
