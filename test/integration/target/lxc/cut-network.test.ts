import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identify, type ProcessIdentity } from '../../../../src/core/processes/process-identity.js';
import { root } from '../../../../src/core/processes/privilege.js';
import { packageFile } from '../../../../src/core/package-files.js';
import { cutNetwork } from '../../../../src/target/lxc/cut-network.js';
import { serveContainer } from '../../../../src/target/lxc/session/serve.js';
import { isRoot } from '../../../support/base-image.js';

/** A network with one device and a route out of it. */
const oneDevice = `
  ip link set lo up
  ip link add device0 type bridge
  ip address add 10.99.0.1/24 dev device0
  ip link set device0 up
  ip route add default dev device0`;

describe.skipIf(!isRoot)('the network of a container whose init has ended (root)', () => {
  let process: ChildProcess;
  let init: ProcessIdentity;
  const devices = (): string =>
    execFileSync('nsenter', ['--net', '--target', String(init.pid), '--', 'ip', '-br', 'link'], {
      encoding: 'utf8',
    });
  beforeAll(async () => {
    process = spawn('unshare', ['--net', '--', 'sh', '-euc', `${oneDevice}\necho up\nexec cat`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (process.stdout !== null) await once(process.stdout, 'data');
    const found = await identify(process.pid ?? 0);
    if (found === undefined) throw new Error('it has ended');
    init = found;
  });
  afterAll(async () => {
    const closed = once(process, 'close');
    process.stdin?.end();
    await closed;
  });

  it('is not that of the process that has its number now', async () => {
    const before = devices();
    await expect(cutNetwork({ ...init, startTime: '1' }, root)).rejects.toMatchObject({
      code: 'network-unchanged',
      message: expect.stringMatching(/it has ended$/) as string,
    });
    expect(devices()).toBe(before);
    {
      await using _cut = await cutNetwork(init, root);
      expect(devices()).not.toBe(before);
    }
    expect(devices()).toBe(before);
  });

  it('is not served either', async () => {
    const name = 'gitian-of-another';
    const serving = serveContainer(
      { name, init: { ...init, startTime: '1' }, privilege: root },
      (connection) => connection.destroy(),
    );
    await expect(serving).rejects.toMatchObject({
      message: expect.stringMatching(/it has ended$/) as string,
    });
    expect(readdirSync(tmpdir()).filter((file) => file.startsWith(name))).toEqual([]);
    await using service = await serveContainer({ name, init, privilege: root }, (connection) =>
      connection.destroy(),
    );
    expect(service.address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it("is never the host's own", () => {
    const script = String.raw`${oneDevice}
      began=$(perl -ne 'print +(split / /, s/.*\) //r)[19]' /proc/$$/stat)
      before=$(ip -br link)
      ! sh "$0" $$ "$began" cut 2>&1
      [ "$before" = "$(ip -br link)" ]`;
    const args = ['--net', '--', 'sh', '-euc', script, packageFile('share/lxc/network.sh')];
    expect(execFileSync('unshare', args, { encoding: 'utf8' })).toBe("it has the host's own network\n");
  });
});
