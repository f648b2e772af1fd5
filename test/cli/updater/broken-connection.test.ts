import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { outcomeOf, startCommand } from '../../support/running-command.js';
import { tagOf } from '../../support/digest.js';
import { misbehaving } from '../../support/updater/misbehaving.js';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { updaterWorld } from '../../support/updater/world.js';

const large: PackageSpec = { release: '1.0', files: { data: randomBytes(3 << 20) } };
const world = updaterWorld();

/** Sends a part of the package with the headers of the whole, and breaks off. */
const breakOff = (
  response: ServerResponse,
  bytes: number,
  headers: Record<string, string | number> = {},
): void => {
  const content = world.server.content('/hello.zip');
  response.writeHead(200, { etag: tagOf(content), 'content-length': content.length, ...headers });
  response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 300));
};

/** The first byte that a request asks for. What was on its way when the connection broke may be lost. */
function startOf(range: string | undefined): number {
  return Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]);
}

describe('a broken connection', () => {
  it('is gone on from where it broke', async () => {
    world.publish(large);
    world.configureUrl();
    const ranges: (string | undefined)[] = [];
    misbehaving(world.server, ({ headers }, response, { good, count }) => {
      ranges.push(headers.range);
      if (count === 0) breakOff(response, 1_000_000);
      else good();
    });
    expect((await world.update()).exitCode).toBe(0);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
    expect(startOf(ranges[1])).toBeCloseTo(1_000_000, -5);
    expect(Object.keys(world.installed())).toEqual(['data']);
  });

  it('is gone on from by the next call, when it breaks each time', async () => {
    world.publish(large);
    world.configureUrl();
    misbehaving(world.server, ({ headers }, response) => {
      if (headers.range === undefined) breakOff(response, 2_000_000);
      else response.destroy();
    });
    const broken = await world.update();
    expect(broken.exitCode).toBe(2);
    expect(broken.stderr).toContain('the connection was cut');
    expect(existsSync(world.dest)).toBe(false);
    expect(readdirSync(world.folder)).toEqual(['.dest.gitian-update', 'config.yml']);
    world.publish(large);
    world.server.requests.length = 0;
    expect((await world.update()).exitCode).toBe(0);
    expect(world.server.requests.length).toBe(1);
    expect(startOf(world.server.requests[0]?.headers.range)).toBeCloseTo(2_000_000, -5);
    expect(readdirSync(world.folder)).toEqual(['config.yml', 'dest']);
  });

  it('starts from the beginning when the file has changed meanwhile', async () => {
    world.publish(large);
    world.configureUrl();
    misbehaving(world.server, (_request, response, { good, count }) => {
      if (count > 0) good();
      else breakOff(response, 1_000_000, { etag: '"of an older file"' });
    });
    expect((await world.update()).exitCode).toBe(0);
  });

  it.each([
    ['fewer bytes than are left', 1000, 0],
    ['another part than it was asked for', 1000, 1],
  ])('is gone on from, or begun again, by a server that sends %s', async (_, length, beside) => {
    world.publish(large);
    world.configureUrl();
    misbehaving(world.server, ({ headers }, response, { good, count }) => {
      const content = world.server.content('/hello.zip');
      const start = startOf(headers.range) + beside;
      const range = `bytes ${String(start)}-${String(start + length - 1)}/${String(content.length)}`;
      if (count === 0) breakOff(response, 1_000_000);
      else if (count > 1) good();
      else {
        const facts = { etag: tagOf(content), 'content-range': range, 'content-length': length };
        response.writeHead(206, facts).end(content.subarray(start, start + length));
      }
    });
    expect(await world.update()).toMatchObject({ exitCode: 0 });
  });

  it('starts from the beginning when the server names no version', async () => {
    world.publish(large);
    world.configureUrl();
    misbehaving(world.server, ({ headers }, response, { count }) => {
      expect(headers.range).toBeUndefined();
      const content = world.server.content('/hello.zip');
      response.writeHead(200, { 'content-length': content.length });
      if (count > 0) response.end(content);
      else response.write(content.subarray(0, 5000), () => setTimeout(() => response.destroy(), 300));
    });
    expect((await world.update()).exitCode).toBe(0);
  });

  it('is gone on from after ^C', async () => {
    world.publish(large);
    world.configureUrl();
    misbehaving(world.server, (_request, response) => {
      const content = world.server.content('/hello.zip');
      response.writeHead(200, { etag: tagOf(content), 'content-length': content.length });
      response.write(content.subarray(0, 1_500_000));
    });
    const running = startCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest'], { cwd: world.folder });
    const ended = outcomeOf(running);
    const part = world.at('.dest.gitian-update/package.zip.part');
    while (!existsSync(part) || statSync(part).size < 1_500_000) await sleep(10);
    running.kill('SIGINT');
    expect(await ended).toMatchObject({ exitCode: 130 });
    world.publish(large);
    world.server.requests.length = 0;
    expect((await world.update()).exitCode).toBe(0);
    expect(world.server.requests[0]?.headers.range).toBe('bytes=1500000-');
    expect(readdirSync(world.folder)).toEqual(['config.yml', 'dest']);
  });
});
