import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cutsNetwork, type CutsNetwork } from '../../src/target/cuts-network.js';
import { servesGuest } from '../../src/target/guest-service.js';
import type { StartedTarget } from '../../src/target/target.js';
import type { TargetWorkspace } from '../support/target-workspace.js';
import { describeContract, spec } from './describe-contract.js';

describeContract('cutting the network', ({ guardsHost }, workspace) => {
  let place: TargetWorkspace;
  let target: StartedTarget;
  let server: Server;
  let port: number;
  beforeAll(async () => {
    place = await workspace();
    server = createServer((socket) => {
      socket.on('error', () => undefined).on('data', (bytes) => socket.write(bytes));
    }).listen(0, '0.0.0.0');
    await once(server, 'listening');
    ({ port } = server.address() as { port: number });
    const driver = await place.driver({ reachesHostLoopback: true, hostPort: port });
    await driver.prepare(spec);
    target = await driver.start(spec);
  });
  afterAll(async () => {
    server.close();
    await target.stop();
    await place[Symbol.asyncDispose]();
  });

  const guest = async (script: string): Promise<number> =>
    (await target.run(['timeout', '10', 'bash', '-c', script], { user: 'root', check: false })).exitCode;
  const says = (address: string): string =>
    `exec 3<>/dev/tcp/${address} && echo hello >&3 && read -t 5 word <&3`;
  const cut = async (): Promise<AsyncDisposable> => (target as StartedTarget & CutsNetwork).cutNetwork();

  it('ends every connection, the open ones too, until it is undone', async (context) => {
    if (!cutsNetwork(target)) return context.skip();
    const there = says(`${(await place.driver()).features.hostAddress}/${String(port)}`);
    expect(await guest(there)).toBe(0);
    const open = `${there}; touch /tmp/open; while [ -e /tmp/open ]; do sleep 0.1; done; echo again >&3; read -t 5 word <&3`;
    const kept = guest(open);
    expect(await guest('until [ -e /tmp/open ]; do sleep 0.1; done')).toBe(0);
    {
      await using _cut = await cut();
      expect(await guest('rm /tmp/open')).toBe(0);
      expect(await kept).not.toBe(0);
      expect(await guest(there)).not.toBe(0);
      expect(await guest('getent hosts localhost && ! getent ahostsv4 example.org')).toBe(0);
    }
    expect(await guest(there)).toBe(0);
  });

  it('leaves what is served on the loopback', async (context) => {
    if (!cutsNetwork(target) || !servesGuest(target)) return context.skip();
    await using service = await target.serve((connection) => {
      connection.on('error', () => undefined).on('data', (bytes: Buffer) => connection.write(bytes));
    });
    await using _cut = await cut();
    expect(await guest(says(service.address.replace(':', '/')))).toBe(0);
  });

  it('is over when the target is', async (context) => {
    if (!cutsNetwork(target)) return context.skip();
    const another = await workspace();
    const driver = await another.driver();
    await driver.prepare(spec);
    const started = await driver.start(spec);
    const cutting = await (started as StartedTarget & CutsNetwork).cutNetwork();
    await started.stop();
    await expect(cutting[Symbol.asyncDispose]()).resolves.toBeUndefined();
    await another[Symbol.asyncDispose]();
  });

  it('works in a target that will outlive this process', async (context) => {
    if (!cutsNetwork(target)) return context.skip();
    const there = says(`${(await place.driver()).features.hostAddress}/${String(port)}`);
    await target.detach();
    {
      await using _cut = await cut();
      expect(await guest(there)).not.toBe(0);
    }
    expect(await guest(there)).toBe(0);
  });

  it("keeps the host's services out of reach, but for the one port", async (context) => {
    if (!guardsHost) return context.skip();
    const other = createServer((socket) => socket.end('secret')).listen(0, '0.0.0.0');
    await once(other, 'listening');
    const { port: closed } = other.address() as { port: number };
    const own = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .flatMap(({ address, family, internal }) => (family === 'IPv4' && !internal ? [address] : []));
    const reach = async (address: string, at: number): Promise<boolean> =>
      (await guest(says(`${address}/${String(at)}`))) === 0;
    for (const address of ['10.0.2.2', ...own]) {
      expect([address, await reach(address, closed), await reach(address, port)]).toEqual([
        address,
        false,
        true,
      ]);
    }
    other.close();
  });
});
