import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { isRunning } from '../../../src/core/processes/is-running.js';
import { root, throughSudo, type Privilege } from '../../../src/core/processes/privilege.js';
import { runPrivileged } from '../../../src/target/lxc/files/privileged-run.js';

// What is rejected unheard fails a run of tests by itself.
describe('what ends a program of root', () => {
  it('is missed by nobody where sudo is gone', async () => {
    const { kill } = throughSudo.asRoot({ program: 'true', args: [] });
    vi.stubEnv('PATH', '/nowhere');
    kill?.(2 ** 22, 'SIGTERM');
    await pause(300);
    vi.unstubAllEnvs();
  });

  it("can't be started, and the interruption is told", async () => {
    const withoutShell: Privilege = {
      ...root,
      asRoot: (spec) => (spec.program === 'sh' ? { ...spec, program: '/no/such/program' } : spec),
    };
    const signal = AbortSignal.timeout(100);
    const running = runPrivileged({ program: 'sleep', args: ['1'], signal }, withoutShell);
    await expect(running).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it("is not run for one that has exited, whose number may be another process's", async () => {
    const begun: string[] = [];
    const noting: Privilege = { ...root, asRoot: (spec) => (begun.push(spec.program), spec) };
    const controller = new AbortController();
    const stdout = new PassThrough();
    const holdsOutput = ['-c', 'echo $$; setsid sleep 5 &'];
    const { signal } = controller;
    const running = runPrivileged({ program: 'bash', args: holdsOutput, stdout, signal }, noting);
    running.catch(() => undefined);
    const [number] = (await once(stdout, 'data')) as [Buffer];
    await expect.poll(() => isRunning(Number(number))).toBe(false);
    const since = performance.now();
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(performance.now() - since).toBeLessThan(2000);
    expect(begun).toEqual(['bash']);
  });
});
