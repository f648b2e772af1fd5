import { describe, expect, it } from 'vitest';
import { calls, registration } from '../../../src/target/virtualbox/vboxmanage/arguments.js';
import { sshForwarding } from '../../../src/target/virtualbox/vboxmanage/forwarding.js';

const name = 'Gitian-bookworm-amd64';

const lines = (argumentLists: readonly (readonly string[])[]): string =>
  argumentLists
    .map((args) => `${args.map((arg) => (/[ ']/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}\n`)
    .join('');

describe('what VBoxManage is called with', () => {
  it.each([
    ['debian', 'amd64'],
    ['ubuntu', 'i386'],
  ] as const)('to register a machine of %s on %s', async (distro, architecture) => {
    const calls = registration({
      name,
      uuid: '3a3f7c4e-58bb-4f5c-8a4f-6d0a4c0de001',
      distro,
      architecture,
      disk: `/home/me/it's mine/base-bookworm-${architecture}.vdi`,
      forwarding: sshForwarding,
      memory: 2000,
      processors: 2,
    });
    await expect(lines(calls)).toMatchFileSnapshot(`virtualbox-calls/register-${distro}-${architecture}.txt`);
  });

  it('for everything else', async () => {
    const all = [
      calls.info(name),
      calls.restore(name),
      calls.discard(name),
      calls.size(name, { memory: 4000, processors: 3 }),
      calls.forget(name, sshForwarding),
      calls.forward(name, { ...sshForwarding, hostPort: 40_001 }),
      calls.reachesHost(name, true),
      calls.note(name, '/home/me/work'),
      calls.noted(name),
      calls.start(name),
      calls.takeSnapshot(name),
      calls.save(name),
      calls.powerOff(name),
      calls.unregister(name),
      calls.forgetDisk('/home/me/work/base-bookworm-amd64.vdi'),
    ];
    await expect(lines(all)).toMatchFileSnapshot('virtualbox-calls/others.txt');
  });
});
