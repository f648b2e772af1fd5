import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Misbehaviour } from '../../support/updater/file-server.js';
import { runCommand } from '../../support/updater/run-command.js';
import { UpdaterWorld } from '../../support/updater/world.js';

const world = new UpdaterWorld();
beforeAll(() => world.open());
afterAll(() => world[Symbol.asyncDispose]());

const never: Misbehaviour = () => undefined;

/** Sends words as they are, and others again and again until the connection is gone. */
const withoutEnd =
  (begin: string, again: string, milliseconds: number): Misbehaviour =>
  (_request, { socket }) => {
    if (socket === null) return;
    socket.on('error', () => undefined).write(begin);
    const timer = setInterval(() => socket.writableNeedDrain || socket.write(again), milliseconds);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };
const ok = 'HTTP/1.1 200 OK\r\n';
const line = `X: ${'x'.repeat(60_000)}\r\n`;

const bad: [string, Misbehaviour, RegExp][] = [
  [
    'says that there is no such file',
    (_q, r) => r.writeHead(404).end(),
    /the server says 404 \(there is no such file\)/,
  ],
  ['says no', (_q, r) => r.writeHead(403).end('no'), /the server says 403/],
  ['is always busy', (_q, r) => r.writeHead(503).end(), /the server says 503 \(it is busy\)/],
  ['says nothing', never, /no answer for 1 s/],
  [
    'falls silent',
    (_q, r) => {
      r.writeHead(200, { 'content-length': 1_000_000 });
      r.write('PK');
    },
    /nothing came for 1 s/,
  ],
  [
    'sends a byte now and then',
    (_q, r) => {
      r.writeHead(200, { 'content-length': 1_000_000 });
      const timer = setInterval(() => r.write('x'), 200);
      r.on('close', () => {
        clearInterval(timer);
      });
    },
    /it is too slow: \d+ bytes in 2 s/,
  ],
  ['hangs up', (_q, r) => r.destroy(), /the connection was cut/],
  ['speaks another protocol', (_q, r) => r.socket?.end('HELLO\r\n\r\n'), /doesn't answer in HTTP/],
  [
    'switches to another protocol',
    (_q, r) =>
      r.socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nx'),
    /answers in another protocol/,
  ],
  [
    'promises more than the limit',
    (_q, r) => r.writeHead(200, { 'content-length': 5 * 1024 ** 3 }).end(),
    /larger than 4\.0 GiB/,
  ],
  [
    'sends more than it promised',
    (_q, r) => {
      r.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nPK much more than three bytes');
    },
    /./,
  ],
  [
    'redirects in a circle',
    (q, r) => r.writeHead(302, { location: q.url }).end(),
    /leads on more than 10 times/,
  ],
  [
    'redirects to a file of this machine',
    (_q, r) => r.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    /leads to a file address/,
  ],
  [
    'redirects to nonsense',
    (_q, r) => r.writeHead(302, { location: 'http://[' }).end(),
    /leads to something that is no URL/,
  ],
  [
    'packs what it was asked for plain',
    (_q, r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x')),
    /packs it with gzip/,
  ],
  [
    'sends a part nobody asked for',
    (_q, r) => r.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('12345'),
    /another part than it was asked for/,
  ],
  ['sends a head without end', withoutEnd(ok, line, 1), /the answer has too many headers/],
  ['sends a head a line now and then', withoutEnd(ok, 'X: x\r\n', 200), /no answer for 1 s/],
  ['goes on saying that it goes on', withoutEnd('', 'HTTP/1.1 100 Continue\r\n\r\n', 1), /no answer for 1 s/],
  [
    'sends a chunk whose head never ends',
    withoutEnd(`${ok}Transfer-Encoding: chunked\r\n\r\n1;x=`, 'x'.repeat(60_000), 1),
    /./,
  ],
  [
    'sends what follows the last chunk without end',
    withoutEnd(`${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n`, line, 1),
    /./,
  ],
];

// Most of their time they wait.
describe.concurrent('a server that', () => {
  it.each(bad)('%s: told, and nothing is installed', async (name, behaviour, says) => {
    const path = `/${name.replaceAll(' ', '-')}.zip`;
    world.server.misbehave(path, behaviour);
    const cwd = mkdtempSync(join(tmpdir(), 'gitian updater-'));
    const lines = ['urls:', `- url: ${world.server.url(path)}`];
    writeFileSync(join(cwd, 'config.yml'), world.publisher.configuration({ lines, minimumWeight: 20 }));
    const args = ['-c', 'config.yml', '-d', 'dest', '--timeout', '1'];
    const { exitCode, stderr } = await runCommand('gitian-updater', args, { cwd });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/this is a bug/);
    expect([2, 5]).toContain(exitCode);
    expect(readdirSync(cwd)).toEqual(['config.yml']);
    rmSync(cwd, { recursive: true });
  });
});
