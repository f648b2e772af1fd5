import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { start, type RunningProcess } from '../../../../src/core/processes/process.js';
import { commit, git, makeRepository } from '../../../support/workspaces/git-repository.js';
import { repositoriesBelow, serve, talking, type GitServer } from '../../../support/servers/git-server.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom('served/origin');

describe('over http', () => {
  it('gets branch, tag and hash, and nothing with --skip-fetch', async () => {
    await using server = await serve(repositoriesBelow(join(here.room, 'served')));
    const url = `${server.url}/origin/.git`;
    const first = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', '-a', '-m', 'v1', 'v1');
    const second = await commit(here.origin, { a: 'two' });
    expect((await here.fetch('v1', {}, url)).remotes[0]?.commit).toBe(first);
    expect((await here.fetch('master', {}, url)).remotes[0]?.commit).toBe(second);
    await rm(here.clone, { recursive: true });
    expect((await here.fetch(first, {}, url)).remotes[0]?.commit).toBe(first);
    const asked = server.requests.length;
    expect((await here.fetch(first, {}, url)).remotes[0]?.commit).toBe(first);
    expect((await here.fetch(first.slice(0, 9), { skipFetch: true }, url)).remotes[0]?.commit).toBe(first);
    expect(server.requests.length).toBe(asked);
  });

  it('gets a hash from a server that gives nothing by hash', async () => {
    const first = await commit(here.origin, { a: 'one' });
    await commit(here.origin, { a: 'two' });
    // The oldest protocol leaves it to the server, which says no unless it is configured to.
    const answer = repositoriesBelow(join(here.room, 'served'), ['protocol.version=0']);
    await using server = await serve((request, response) => {
      delete request.headers['git-protocol'];
      answer(request, response);
    });
    expect((await here.fetch(first, {}, `${server.url}/origin/.git`)).remotes[0]?.commit).toBe(first);
    expect(await readFile(join(here.clone, 'a'), 'utf8')).toBe('one');
  });

  it('fetches no submodule from this host for a remote that is not', async () => {
    const library = await makeRepository(join(here.room, 'library'));
    await commit(library, { lib: 'one' });
    await git(here.origin, 'submodule', '--quiet', 'add', library, 'lib');
    await commit(here.origin, { a: 'one' });
    await using server = await serve(repositoriesBelow(join(here.room, 'served')));
    await expect(here.fetch('master', {}, `${server.url}/origin/.git`)).rejects.toMatchObject({
      code: 'submodules-failed',
      exitCode: 2,
      message: `the submodules of "inputs/hello" can't be checked out: git's "file" transport is not allowed`,
    });
  });

  it('finds submodules with relative urls', async () => {
    const library = await makeRepository(join(here.room, 'served/library'));
    await commit(library, { lib: 'one' });
    await git(here.origin, 'submodule', '--quiet', 'add', '../library', 'lib');
    await commit(here.origin, { a: 'one' });
    await using server = await serve(repositoriesBelow(join(here.room, 'served')));
    await here.fetch('master', {}, `${server.url}/origin`);
    expect(await readFile(join(here.clone, 'lib/lib'), 'utf8')).toBe('one');
  });

  it.each([
    [404, 'there is no git repository'],
    [401, 'the server wants to know who you are'],
    [403, 'the server wants to know who you are'],
  ])('tells what %i means', async (status, reason) => {
    await using server = await serve((_, response) => {
      response.statusCode = status;
      if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="x"');
      response.end();
    });
    await expect(here.fetch('master', {}, `${server.url}/x`)).rejects.toMatchObject({
      code: 'fetch-failed',
      exitCode: 2,
      message: `"hello" can't be fetched from "${server.url}/x": ${reason}`,
    });
  });

  it('tells of a refused connection, an unknown host, an empty answer and nonsense', async () => {
    let url: string;
    {
      await using server = await serve(() => undefined);
      url = server.url;
    }
    await expect(here.fetch('master', {}, url)).rejects.toThrow(
      'the server refuses the connection, or there is none',
    );
    await expect(here.fetch('master', {}, 'http://nosuch.invalid/x')).rejects.toThrow(
      'the host "nosuch.invalid" is not known',
    );
    await using silent = await serve((request) => request.socket.destroy());
    await expect(here.fetch('master', {}, silent.url)).rejects.toThrow('the connection broke off');
    await using nonsense = await serve((_, response) => response.end('<html>\nhello\n</html>\n'));
    await expect(here.fetch('master', {}, nonsense.url)).rejects.toThrow('there is no git repository');
  });

  it('is not kept busy by a long line of the server', async () => {
    const line = Array.from({ length: 8 }, () => 'cannot lock ref '.repeat(4000));
    await using server = await serve(talking(line));
    const before = process.cpuUsage();
    await expect(here.fetch('master', {}, server.url)).rejects.toThrow('the connection broke off');
    expect(process.cpuUsage(before).user / 1e6, 'seconds of the processor').toBeLessThan(5);
  });

  it('ends a server that talks without end', async () => {
    const endless = function* (): Generator<string> {
      for (;;) yield `${'x'.repeat(60_000)}\n`;
    };
    await using server = await serve(talking(endless()));
    await expect(here.fetch('master', {}, server.url)).rejects.toThrow('it printed more than 64 MiB');
  });

  it('shows no password', async () => {
    await using server = await serve((_, response) => {
      response.statusCode = 404;
      response.end();
    });
    const secret = server.url.replace('://', '://me:geheim@');
    const failed = await here.fetch('master', {}, secret).catch((error: unknown) => error);
    expect(String(failed)).not.toContain('geheim');
    expect(await readFile(join(here.clone, '.git/config'), 'utf8')).not.toContain('geheim');
  });
});

describe('over git://', () => {
  async function freePort(): Promise<string> {
    await using taken = await serve(() => undefined);
    return new URL(taken.url).port;
  }

  /** The daemon says on which port it listens only when it is told one: it gets one that was free a moment ago. */
  async function daemon(attempts = 5): Promise<GitServer> {
    const port = await freePort();
    const running = start({
      program: 'setpriv',
      args: [
        ...['--pdeathsig', 'KILL', '--', 'git', 'daemon'],
        '--export-all',
        '--verbose',
        '--listen=127.0.0.1',
        `--port=${port}`,
        `--base-path=${join(here.room, 'served')}`,
      ],
      check: false,
    });
    if (!(await isReady(running))) {
      if (attempts === 1) throw new Error('git daemon does not listen');
      return daemon(attempts - 1);
    }
    return {
      url: `git://127.0.0.1:${port}`,
      requests: [],
      [Symbol.asyncDispose]: async () => {
        running.kill('SIGTERM');
        await running.ended;
      },
    };
  }

  /** Whether a daemon listens; else it has ended, since somebody else has its port by now. */
  async function isReady({ stderr, ended }: RunningProcess): Promise<boolean> {
    let said = '';
    const ready = new Promise<boolean>((resolve) => {
      stderr?.on('data', (bytes: Buffer) => {
        said += bytes.toString();
        if (said.includes('Ready to rumble')) resolve(true);
      });
    });
    return Promise.race([ready, ended.then(() => false)]);
  }

  it('gets a branch, and a hash', async () => {
    const first = await commit(here.origin, { a: 'one' });
    const second = await commit(here.origin, { a: 'two' });
    await using server = await daemon();
    expect((await here.fetch(first, {}, `${server.url}/origin`)).remotes[0]?.commit).toBe(first);
    expect((await here.fetch('master', {}, `${server.url}/origin`)).remotes[0]?.commit).toBe(second);
    await expect(here.fetch('master', {}, `${server.url}/nosuch`)).rejects.toThrow(
      'there is no git repository',
    );
  });
});
