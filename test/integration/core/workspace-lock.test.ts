import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../../src/core/processes/process.js';
import { lockWorkspace } from '../../../src/core/locks/workspace-lock.js';
import { Workspace } from '../../../src/core/workspace.js';
import { canTrace } from '../../support/lockless.js';

let workspace: Workspace;
beforeEach(async () => {
  workspace = new Workspace(await mkdtemp(join(tmpdir(), 'gitian lock ')));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(workspace.root, { recursive: true });
});

const lockFile = (): string => join(workspace.root, 'var/lock');

/** A process of its own that holds the workspace's lock until it is killed; it has started a child that goes on living. */
async function holderProcess(env: NodeJS.ProcessEnv = process.env): Promise<ChildProcess> {
  const module = new URL('../../../dist/core/locks/workspace-lock.js', import.meta.url).href;
  const holder = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { spawn } = await import('node:child_process');
       const { lockWorkspace } = await import(${JSON.stringify(module)});
       await lockWorkspace({ locks: [${JSON.stringify(lockFile())}] }, 'killed');
       const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'ignore', detached: true });
       console.log('held ' + child.pid);
       setInterval(() => {}, 1000);`,
    ],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [words] = (await once(holder.stdout, 'data')) as [Buffer];
  const child = Number(words.toString().replace('held ', ''));
  holder.once('exit', () => {
    setTimeout(() => process.kill(child, 'SIGKILL'), 2000);
  });
  return holder;
}

/** The kernel frees the lock when the last of the killed process is gone: soon, but perhaps not at once. */
async function lockWhenFree(): Promise<AsyncDisposable> {
  const deadline = performance.now() + 1500;
  for (;;) {
    try {
      return await lockWorkspace(workspace, 'next');
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

describe('the lock of a workspace', () => {
  it('is refused while it is held, with who holds it, and free afterwards', async () => {
    const first = await lockWorkspace(workspace, 'gbuild hello.yml');
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toMatchObject({
      code: 'workspace-busy',
      exitCode: 2,
      message: expect.stringMatching(
        new RegExp(`in use by "gbuild hello.yml" of \\S+ \\(process ${String(process.pid)}, since \\d{4}-`),
      ) as string,
    });
    await first[Symbol.asyncDispose]();
    await (await lockWorkspace(workspace, 'gbuild'))[Symbol.asyncDispose]();
    expect(await readFile(lockFile(), 'utf8')).toBe('');
  });

  it('of one workspace is not that of another', async () => {
    await using one = await lockWorkspace(workspace, 'one');
    await using two = await lockWorkspace(new Workspace(join(workspace.root, 'two')), 'two');
    expect(one).not.toBe(two);
  });

  it('is that of all workspaces whose state lies in one place, too', async () => {
    const base = join(workspace.root, 'base');
    const [one = workspace, two = workspace] = ['one', 'two'].map(
      (name) => new Workspace(join(workspace.root, name), base),
    );
    {
      await using held = await lockWorkspace(one, 'gbuild one.yml');
      expect(held).toBeDefined();
      const busy = {
        code: 'workspace-busy',
        message: expect.stringContaining(`"${base}" is in use`) as string,
      };
      await expect(lockWorkspace(two, 'gbuild')).rejects.toMatchObject(busy);
      // It has let go of its own.
      await using own = await lockWorkspace(new Workspace(two.root), 'gbuild');
      expect(own).toBeDefined();
    }
    await using later = await lockWorkspace(two, 'gbuild');
    expect(later).toBeDefined();
  });

  it('goes to one of many that want it at the same time', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => lockWorkspace(workspace, 'gbuild')),
    );
    const held = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(held.length).toBe(1);
    expect(
      tries.filter((one) => one.status === 'rejected').map(({ reason }) => (reason as { code: string }).code),
    ).toEqual(Array.from({ length: 7 }, () => 'workspace-busy'));
    await held[0]?.[Symbol.asyncDispose]();
  });

  it('dies with a killed process, whatever its file says, and though a child of it lives on', async () => {
    const holder = await holderProcess();
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toThrow(/"killed" of .* \(process \d+, since /);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await using lock = await lockWhenFree();
    expect(lock).toBeDefined();
    expect(await readFile(lockFile(), 'utf8')).toContain('"command":"next"');
  });

  it('is the same lock where there is no flock, but Perl', async () => {
    const bin = join(workspace.root, 'bin');
    await mkdir(bin);
    const { stdout } = await run({ program: 'sh', args: ['-c', 'command -v perl'] });
    await symlink(stdout.trim(), join(bin, 'perl'));
    const holder = await holderProcess({ ...process.env, PATH: bin });
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toThrow('"killed" of');
    vi.stubEnv('PATH', bin);
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toThrow('"killed" of');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await using lock = await lockWhenFree();
    expect(lock).toBeDefined();
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toThrow('"next" of');
  });

  it('is taken by nobody where there is neither', async () => {
    vi.stubEnv('PATH', workspace.root);
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining('flock') as string,
    });
  });

  it('names who holds it, whatever a longer name that was left there says', async () => {
    await mkdir(join(workspace.root, 'var'));
    await writeFile(lockFile(), `${JSON.stringify({ command: 'killed '.repeat(50) })}\n`);
    await using lock = await lockWorkspace(workspace, 'gbuild hello.yml');
    expect(lock).toBeDefined();
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toThrow('in use by "gbuild hello.yml" of ');
  });

  it.skipIf(!canTrace).each([
    ['flock', 'ENOLCK', 'No locks available'],
    ['flock', 'EOPNOTSUPP', 'Operation not supported'],
    ['perl', 'ENOLCK', 'No locks available'],
  ])('can not be taken on storage without locks (%s, %s; needs strace)', async (keeper, error, words) => {
    const bin = join(workspace.root, 'bin');
    await mkdir(bin);
    const wrapped = `exec /usr/bin/strace -f -qq -o /dev/null -e inject=flock:error=${error} /usr/bin/${keeper} "$@"`;
    await writeFile(join(bin, keeper), `#!/bin/sh\n${wrapped}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', keeper === 'perl' ? bin : `${bin}:/usr/bin:/bin`);
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toMatchObject({
      code: 'locks-missing',
      exitCode: 2,
      message: `the storage of "${lockFile()}" has no locks: ${words}`,
    });
  });

  it('can not be taken where nothing can be written', async () => {
    await writeFile(join(workspace.root, 'var'), 'not a directory');
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toMatchObject({
      code: 'EEXIST',
      path: join(workspace.root, 'var'),
    });
    await rm(join(workspace.root, 'var'));
    await mkdir(lockFile(), { recursive: true });
    await expect(lockWorkspace(workspace, 'gbuild')).rejects.toMatchObject({
      code: 'EISDIR',
      path: lockFile(),
    });
  });
});
