import { describe, expect, it } from 'vitest';
import { baseImages, cannotMakeMachines } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import type { Outcome } from '../../support/commands.js';
import { useGuestShell } from '../../support/guest-shell.js';
import { cannotRunMachines, machineRemains } from '../../support/machine-remains.js';

describe.skipIf(cannotRunMachines || cannotMakeMachines)('gbuild on KVM', () => {
  it('builds with packages, caches, layers and without a network, and what it leaves up is worked with by hand', async () => {
    await using here = await BuildWorkspace.create(baseImages('bookworm', ['amd64'], 'kvm'));
    const call = async (...[name, args]: Parameters<BuildWorkspace['run']>): Promise<Outcome> =>
      here.run(name, args, { USE_LXC: '' });
    const file = await here.descriptor({
      more: 'packages: [bc]\nenable_cache: true\n',
      script: `
        timeout 5 bash -c 'echo >/dev/tcp/10.0.2.3/53' && exit 3
        echo "6 * 7" | bc >$OUTDIR/answer
        cat $GBUILD_COMMON_CACHE/times >>$OUTDIR/answer || :
        echo cached >>$GBUILD_COMMON_CACHE/times`,
    });
    const sizes = ['-m', '500', '-j', '1'];
    const first = await call('gbuild', ['--network', 'none', ...sizes, file]);
    expect([first.exitCode, here.read('build/out/answer')]).toEqual([0, '42\n']);
    const second = await call('gbuild', ['--network', 'none', '--skip-cleanup', ...sizes, file]);
    expect([second.exitCode, here.read('build/out/answer')]).toEqual([0, '42\ncached\n']);
    const installs = [first, second].map(({ stderr }) => stderr.includes('Installing additional packages'));
    expect(installs).toEqual([true, false]);
    expect(JSON.parse(here.read('result/test-how.json'))).toMatchObject({ backend: 'kvm', network: 'none' });

    expect(await call('on-target', ['cat out/answer; echo "1 + 1" | bc'])).toEqual({
      exitCode: 0,
      stdout: '42\ncached\n2\n',
      stderr: '',
    });
    const shell = await useGuestShell(here.path, { USE_LXC: '', GITIAN_CACHE: here.cache });
    expect(shell.said).toMatch(/\/dev\/pts\/\d+\s+TERM=xterm\s+interactive\s/);
    expect(shell.exitCode).toBe(9);
    expect((await call('stop-target', [])).exitCode).toBe(0);
    expect(machineRemains(here.path)).toEqual([]);
  });
});
