import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchInputs, type InputOptions, type Inputs } from '../../../src/build/inputs.js';
import { run, start } from '../../../src/core/process.js';
import { Workspace } from '../../../src/core/workspace.js';
import { gate } from '../../support/gate.js';
import { commit, git, makeRepository } from '../../support/git-repository.js';
import { repositoriesBelow, serve, type GitServer } from '../../support/git-server.js';

let room: string;
let origin: string;
let clone: string;

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'gitian-inputs-'));
  origin = await makeRepository(join(room, 'served/origin'));
  clone = join(room, 'workspace/inputs/hello');
});

afterEach(async () => {
  await rm(room, { recursive: true, force: true });
});

async function fetchHello(
  url: string,
  wanted: string,
  options: Partial<InputOptions> = {},
  signal = new AbortController().signal,
): Promise<Inputs> {
  return fetchInputs(
    { name: 'hello', files: [], remotes: [{ dir: 'hello', url, commit: wanted }] },
    {
      commits: new Map(),
      urls: new Map(),
      skipFetch: false,
      fetchBranches: false,
      fetchTags: false,
      ...options,
    },
    {
      workspace: new Workspace(join(room, 'workspace')),
      emit: () => undefined,
      signal,
      descriptorSha256: '',
    },
  );
}

/** Processes whose arguments or environment name the test's folder or a url. */
async function processesNaming(words: string): Promise<string[]> {
  const { stdout } = await run({ program: 'ps', args: ['-eo', 'pid=,args='] });
  return stdout.split('\n').filter((line) => line.includes(words) && !line.includes('ps -eo'));
}

describe('over http', () => {
  it('gets branch, tag and hash, and nothing with --skip-fetch', async () => {
    await using server = await serve(repositoriesBelow(join(room, 'served')));
    const url = `${server.url}/origin/.git`;
    const first = await commit(origin, { a: 'one' });
    await git(origin, 'tag', '-a', '-m', 'v1', 'v1');
    const second = await commit(origin, { a: 'two' });
    expect((await fetchHello(url, 'v1')).remotes[0]?.commit).toBe(first);
    expect((await fetchHello(url, 'master')).remotes[0]?.commit).toBe(second);
    await rm(clone, { recursive: true });
    expect((await fetchHello(url, first)).remotes[0]?.commit).toBe(first);
    const asked = server.requests.length;
    expect((await fetchHello(url, first)).remotes[0]?.commit).toBe(first);
    expect((await fetchHello(url, first.slice(0, 9), { skipFetch: true })).remotes[0]?.commit).toBe(first);
    expect(server.requests.length).toBe(asked);
  });

  it('gets a hash from a server that gives nothing by hash', async () => {
    const first = await commit(origin, { a: 'one' });
    await commit(origin, { a: 'two' });
    // The oldest protocol leaves it to the server, which says no unless it is configured to.
    const answer = repositoriesBelow(join(room, 'served'), ['protocol.version=0']);
    await using server = await serve((request, response) => {
      delete request.headers['git-protocol'];
      answer(request, response);
    });
    expect((await fetchHello(`${server.url}/origin/.git`, first)).remotes[0]?.commit).toBe(first);
    expect(await readFile(join(clone, 'a'), 'utf8')).toBe('one');
  });

  it('fetches no submodule from this host for a remote that is not', async () => {
    const library = await makeRepository(join(room, 'library'));
    await commit(library, { lib: 'one' });
    await git(origin, 'submodule', '--quiet', 'add', library, 'lib');
    await commit(origin, { a: 'one' });
    await using server = await serve(repositoriesBelow(join(room, 'served')));
    await expect(fetchHello(`${server.url}/origin/.git`, 'master')).rejects.toMatchObject({
      code: 'submodules-failed',
      exitCode: 2,
      message: `the submodules of "inputs/hello" can't be had: git's "file" transport is not allowed`,
    });
  });

  it('finds submodules with relative urls', async () => {
    const library = await makeRepository(join(room, 'served/library'));
    await commit(library, { lib: 'one' });
    await git(origin, 'submodule', '--quiet', 'add', '../library', 'lib');
    await commit(origin, { a: 'one' });
    await using server = await serve(repositoriesBelow(join(room, 'served')));
    await fetchHello(`${server.url}/origin`, 'master');
    expect(await readFile(join(clone, 'lib/lib'), 'utf8')).toBe('one');
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
    await expect(fetchHello(`${server.url}/x`, 'master')).rejects.toMatchObject({
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
    await expect(fetchHello(url, 'master')).rejects.toThrow(
      'the server refuses the connection, or there is none',
    );
    await expect(fetchHello('http://nosuch.invalid/x', 'master')).rejects.toThrow(
      'the host "nosuch.invalid" is not known',
    );
    await using silent = await serve((request) => request.socket.destroy());
    await expect(fetchHello(silent.url, 'master')).rejects.toThrow('the connection broke off');
    await using nonsense = await serve((_, response) => response.end('<html>\nhello\n</html>\n'));
    await expect(fetchHello(nonsense.url, 'master')).rejects.toThrow('there is no git repository');
  });

  it('shows no password', async () => {
    await using server = await serve((_, response) => {
      response.statusCode = 404;
      response.end();
    });
    const secret = server.url.replace('://', '://me:geheim@');
    const failed = await fetchHello(secret, 'master').catch((error: unknown) => error);
    expect(String(failed)).not.toContain('geheim');
    expect(await readFile(join(clone, '.git/config'), 'utf8')).not.toContain('geheim');
  });
});

describe('an interruption', () => {
  it(
    'ends git and its helpers while a server is silent, and leaves a usable clone',
    { timeout: 20_000 },
    async () => {
      await commit(origin, { a: 'one' });
      const interrupted = new AbortController();
      const asked = gate();
      await using silent = await serve(() => {
        asked.open();
      });
      const reason = new Error('interrupted by the test');
      const running = fetchHello(`${silent.url}/x`, 'master', {}, interrupted.signal);
      await asked.opened;
      expect(await processesNaming(silent.url)).not.toEqual([]);
      interrupted.abort(reason);
      await expect(running).rejects.toBe(reason);
      expect(await processesNaming(silent.url)).toEqual([]);
      await fetchHello(origin, 'master');
      expect(await readFile(join(clone, 'a'), 'utf8')).toBe('one');
    },
  );

  it('in the middle of a pack leaves a usable clone', async () => {
    for (let n = 0; n < 20; n++) await commit(origin, { [`f${String(n)}`]: `${String(n)} `.repeat(100_000) });
    const answer = repositoriesBelow(join(room, 'served'));
    const sending = gate();
    await using slow = await serve((request, response) => {
      if (request.method === 'POST') {
        response.writeHead(200, { 'Content-Type': 'application/x-git-upload-pack-result' });
        response.write('000e');
        sending.open();
      } else answer(request, response);
    });
    const interrupted = new AbortController();
    const running = fetchHello(
      `${slow.url}/origin/.git`,
      await git(origin, 'rev-parse', 'HEAD'),
      {},
      interrupted.signal,
    );
    await sending.opened;
    interrupted.abort(new Error('interrupted by the test'));
    await expect(running).rejects.toThrow('interrupted by the test');
    expect(await processesNaming(slow.url)).toEqual([]);
    await using server = await serve(answer);
    await fetchHello(`${server.url}/origin/.git`, 'master');
    expect((await readdir(clone)).length).toBe(21);
  });

  it('by SIGKILL leaves no git process', async () => {
    await using silent = await serve(() => {
      asked.open();
    });
    const asked = gate();
    await makeRepository(clone);
    // A process of its own that does nothing but what a build does with git, and is killed in it.
    const victim = start({
      program: 'sh',
      args: [
        '-c',
        'sh "$0" fetch --quiet -- "$1" & wait',
        join(import.meta.dirname, '../../../share/git/session.sh'),
        silent.url,
      ],
      cwd: clone,
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
    await commit(origin, { ...files, a: 'one' });
    const interrupted = new AbortController();
    const running = fetchHello(origin, 'master', {}, interrupted.signal);
    // As soon as the first files are there.
    for (let n = 0; n < 5000; n++) {
      if ((await readdir(join(clone, 'd')).catch(() => [])).length > 0) break;
      await sleep(1);
    }
    interrupted.abort(new Error('interrupted by the test'));
    await running.catch(() => undefined);
    const left = (await readdir(join(clone, 'd'))).length;
    await fetchHello(origin, 'master');
    expect((await readdir(join(clone, 'd'))).length).toBe(3000);
    expect(await git(clone, 'status', '--porcelain')).toBe('');
    expect(left).toBeLessThan(3000);
  });

  it('with work of the user in the clone never throws it away', async () => {
    await commit(origin, { a: 'one' });
    await fetchHello(origin, 'master');
    await writeFile(join(clone, 'a'), 'mine');
    const interrupted = new AbortController();
    const running = fetchHello(origin, 'master', {}, interrupted.signal);
    interrupted.abort(new Error('interrupted by the test'));
    await running.catch(() => undefined);
    await fetchHello(origin, 'master');
    expect(await readFile(join(clone, 'a'), 'utf8')).toBe('mine');
  });
});

describe('over git://', () => {
  async function daemon(): Promise<GitServer> {
    // The daemon says on which port it listens only when it is told one; take one that was free a moment ago.
    await using taken = await serve(() => undefined);
    const port = new URL(taken.url).port;
    await taken[Symbol.asyncDispose]();
    const running = start({
      program: 'git',
      args: [
        'daemon',
        '--export-all',
        '--verbose',
        '--listen=127.0.0.1',
        `--port=${port}`,
        `--base-path=${join(room, 'served')}`,
      ],
      check: false,
      diesWithParent: true,
    });
    await new Promise<void>((resolve) =>
      running.stderr?.once('data', () => {
        resolve();
      }),
    );
    return {
      url: `git://127.0.0.1:${port}`,
      requests: [],
      [Symbol.asyncDispose]: async () => {
        running.kill('SIGTERM');
        await running.ended;
      },
    };
  }

  it('gets a branch, and a hash', async () => {
    const first = await commit(origin, { a: 'one' });
    const second = await commit(origin, { a: 'two' });
    await using server = await daemon();
    expect((await fetchHello(`${server.url}/origin`, first)).remotes[0]?.commit).toBe(first);
    expect((await fetchHello(`${server.url}/origin`, 'master')).remotes[0]?.commit).toBe(second);
    await expect(fetchHello(`${server.url}/nosuch`, 'master')).rejects.toThrow('there is no git repository');
  });
});
