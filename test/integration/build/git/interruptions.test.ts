import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { run, start } from '../../../../src/core/processes/process.js';
import { gate } from '../../../support/gate.js';
import { commit, git, makeRepository } from '../../../support/workspaces/git-repository.js';
import { repositoriesBelow, serve } from '../../../support/servers/git-server.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom('served/origin');

/** Processes whose arguments or environment name the test's folder or a url. */
async function processesNaming(words: string): Promise<string[]> {
  const { stdout } = await run({ program: 'ps', args: ['-eo', 'pid=,args='] });
  return stdout.split('\n').filter((line) => line.includes(words) && !line.includes('ps -eo'));
}

describe('an interruption', () => {
  it(
    'ends git and its helpers while a server is silent, and leaves a usable clone',
    { timeout: 20_000 },
    async () => {
      await commit(here.origin, { a: 'one' });
      const interrupted = new AbortController();
      const asked = gate();
      await using silent = await serve(() => {
        asked.open();
      });
      const reason = new Error('interrupted by the test');
      const running = here.fetch('master', { signal: interrupted.signal }, `${silent.url}/x`);
      await asked.opened;
      expect(await processesNaming(silent.url)).not.toEqual([]);
      interrupted.abort(reason);
      await expect(running).rejects.toBe(reason);
      expect(await processesNaming(silent.url)).toEqual([]);
      await here.fetch('master');
      expect(await readFile(join(here.clone, 'a'), 'utf8')).toBe('one');
    },
  );

  it('in the middle of a pack leaves a usable clone', async () => {
    for (let n = 0; n < 20; n++)
      await commit(here.origin, { [`f${String(n)}`]: `${String(n)} `.repeat(100_000) });
    const answer = repositoriesBelow(join(here.room, 'served'));
    const sending = gate();
    await using slow = await serve((request, response) => {
      if (request.method === 'POST') {
        response.writeHead(200, { 'Content-Type': 'application/x-git-upload-pack-result' });
        response.write('000e');
        sending.open();
      } else answer(request, response);
    });
    const interrupted = new AbortController();
    const running = here.fetch(
      await git(here.origin, 'rev-parse', 'HEAD'),
      { signal: interrupted.signal },
      `${slow.url}/origin/.git`,
    );
    await sending.opened;
    interrupted.abort(new Error('interrupted by the test'));
    await expect(running).rejects.toThrow('interrupted by the test');
    expect(await processesNaming(slow.url)).toEqual([]);
    await using server = await serve(answer);
    await here.fetch('master', {}, `${server.url}/origin/.git`);
    expect((await readdir(here.clone)).length).toBe(21);
  });

  it('by SIGKILL leaves no git process', async () => {
    await using silent = await serve(() => {
      asked.open();
    });
    const asked = gate();
    await makeRepository(here.clone);
    // A process of its own that does nothing but what a build does with git, and is killed in it.
    const victim = start({
      program: 'sh',
      args: [
        '-c',
        'sh "$0" fetch --quiet -- "$1" & wait',
        join(import.meta.dirname, '../../../../share/git/session.sh'),
        silent.url,
      ],
      cwd: here.clone,
      check: false,
    });
    await asked.opened;
    process.kill(victim.pid, 'SIGKILL');
    await victim.ended;
    await expect.poll(() => processesNaming(silent.url), { timeout: 5000 }).toEqual([]);
  });

  // Now and then git is done before the signal comes; then there is nothing to see, and it is tried again.
  it('in the middle of a checkout is put right by the next run', { retry: 5 }, async () => {
    const files = Object.fromEntries(
      Array.from({ length: 3000 }, (_, n) => [`d/${String(n)}`, `one ${String(n)}`]),
    );
    await commit(here.origin, { ...files, a: 'one' });
    const interrupted = new AbortController();
    const running = here.fetch('master', { signal: interrupted.signal });
    // As soon as the first files are there.
    for (let n = 0; n < 5000; n++) {
      if ((await readdir(join(here.clone, 'd')).catch(() => [])).length > 0) break;
      await sleep(1);
    }
    interrupted.abort(new Error('interrupted by the test'));
    await running.catch(() => undefined);
    const left = (await readdir(join(here.clone, 'd'))).length;
    await here.fetch('master');
    expect((await readdir(join(here.clone, 'd'))).length).toBe(3000);
    expect(await git(here.clone, 'status', '--porcelain')).toBe('');
    expect(left).toBeLessThan(3000);
  });

  it('with work of the user in the clone never throws it away', async () => {
    await commit(here.origin, { a: 'one' });
    await here.fetch('master');
    await writeFile(join(here.clone, 'a'), 'mine');
    const interrupted = new AbortController();
    const running = here.fetch('master', { signal: interrupted.signal });
    interrupted.abort(new Error('interrupted by the test'));
    await running.catch(() => undefined);
    await here.fetch('master');
    expect(await readFile(join(here.clone, 'a'), 'utf8')).toBe('mine');
  });
});
