import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cutsNetwork, type CutsNetwork } from '../../src/target/cuts-network.js';
import { servesGuest } from '../../src/target/guest-service.js';
import type { StartedTarget } from '../../src/target/target.js';
import { boundToDevice, sendToEach } from '../support/bound-to-device.js';
import type { TargetWorkspace } from '../support/workspaces/target-workspace.js';
import { describeContract } from './describe-contract.js';
import { isTestBridge } from '../support/test-bridge.js';
import { spec } from '../support/workspaces/target-workspace.js';

/** The host's addresses but those of its loopback, and of what comes and goes with other tests. */
function ownAddresses(): string[] {
  return Object.entries(networkInterfaces())
    .flatMap(([device, addresses]) => (isTestBridge(device) ? [] : (addresses ?? [])))
    .flatMap(({ address, family, internal }) => (family === 'IPv4' && !internal ? [address] : []));
}

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
    const reach = async (address: string, at: number): Promise<boolean> =>
      (await guest(says(`${address}/${String(at)}`))) === 0;
    const reachThroughDevice = async (address: string, at: number): Promise<boolean> =>
      (await target.run(boundToDevice(address, at), { check: false })).exitCode === 0;
    expect(await reachThroughDevice('10.0.2.2', port)).toBe(true);
    for (const address of ['10.0.2.2', ...ownAddresses()]) {
      const tried = [reach(address, closed), reachThroughDevice(address, closed), reach(address, port)];
      expect([address, ...(await Promise.all(tried))]).toEqual([address, false, false, true]);
    }
    other.close();
  });

  const groups = ['224.0.0.251', '239.255.255.250'];

  /** What the host's services, those that have joined a group too, hear of what the guest sends them by UDP, to many at once too. */
  const heard = async (): Promise<string[]> => {
    const sockets = await Promise.all(
      ['127.0.0.1', '0.0.0.0'].map(async (address) => {
        const socket = createSocket('udp4').bind(0, address);
        await once(socket, 'listening');
        return socket;
      }),
    );
    const words: string[] = [];
    for (const address of ['127.0.0.1', ...ownAddresses()])
      for (const group of groups) sockets[1]?.addMembership(group, address);
    for (const socket of sockets) socket.on('message', (bytes) => words.push(bytes.toString()));
    const ports = sockets.map((socket) => socket.address().port);
    const everybody = ['10.0.2.255', '10.0.3.255', '255.255.255.255', '224.0.0.1', ...groups];
    const send = sendToEach(['10.0.2.2', '10.0.2.0', '10.0.2.50', '10.0.3.2', ...everybody], ports);
    expect(await guest(send)).toBe(0);
    await pause(500);
    for (const socket of sockets) socket.close();
    return words;
  };

  it("sends no datagram to the host's services, to many at once neither", async (context) => {
    if (!guardsHost) return context.skip();
    expect(await heard()).toEqual([]);
  });

  it("sends none to the host's services while it is cut, on no device", async (context) => {
    if (!cutsNetwork(target)) return context.skip();
    // Else what is heard would say nothing.
    if (!guardsHost) expect(await heard()).toContain('255.255.255.255');
    await using _cut = await cut();
    expect(await heard()).toEqual([]);
  });
});
