import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
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
});
