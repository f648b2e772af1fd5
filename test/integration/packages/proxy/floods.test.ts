import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { deb, proxyWorld } from '../../../support/servers/proxy-world.js';
import { until } from '../../../support/until.js';

const world = proxyWorld();
const sockets: Socket[] = [];

/** As many connections as a guest may have; each writes something, and reads nothing of what comes back. */
async function flood(bytes: string): Promise<void> {
  const made = Array.from({ length: 64 }, () => connect(world.port, '127.0.0.1').pause());
  sockets.push(...made);
  await Promise.all(
    made.map(async (socket) => {
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(bytes);
    }),
  );
  // Time to do harm.
  await setTimeout(1000);
}

async function end(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  await setTimeout(200);
}

afterEach(end);

const ask = (url: string, more = ''): string => `GET ${url} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const openFiles = (): number => readdirSync('/proc/self/fd').length;

describe('a guest with 64 connections', () => {
  it('that takes nothing of what it asks for has so many files open, and none when it is gone', async () => {
    const url = world.archive.url(deb);
    expect((await world.answer(url)).status).toBe(200);
    const before = openFiles();
    await flood(ask(url).repeat(1000));
    await until(
      async () => (await world.answer(url)).reason,
      (reason) => reason === 'too many requests at once',
    );
    // Both ends of the connections are in here.
    expect(openFiles() - before).toBeLessThan(256 + 2 * 64 + 32);
    await end();
    await until(openFiles, (count) => count <= before + 8);
    expect((await world.answer(url)).status).toBe(200);
  });

  it.each([
    ['heads that never end', 'GET http://x/ HTTP/1.1\r\nX: '],
    ['heads of 15 KB that never end', `GET http://x/ HTTP/1.1\r\nX: ${'x'.repeat(15_000)}`],
    ['bodies that nobody wants', ask('http://x/', 'Content-Length: 99999999\r\n') + 'y'.repeat(1 << 20)],
    ['tunnels whose other end says nothing', 'CONNECT far.example:444 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['many questions that are refused', ask('http://x/').repeat(500)],
    ['ranges of all kinds', ask('http://x/', `Range: bytes=${'0-1,'.repeat(3000)}5-\r\n`)],
  ])('that sends %s keeps nobody from being served', async (_title, bytes) => {
    await flood(bytes);
    // What it works and what it waits: that others have the processor doesn't count.
    const [work, idleness] = [process.cpuUsage(), performance.eventLoopUtilization()];
    expect((await world.answer(world.archive.url(deb))).status).toBe(200);
    const { user, system } = process.cpuUsage(work);
    const { idle } = performance.eventLoopUtilization(idleness);
    expect((user + system) / 1000 + idle).toBeLessThan(5000);
  });
});
