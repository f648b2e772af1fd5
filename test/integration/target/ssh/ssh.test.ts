import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectSsh } from '../../../../src/target/ssh/connect.js';
import type { SshConnection } from '../../../../src/target/ssh/connection.js';
import {
  address,
  connected,
  hostKey,
  never,
  patience,
  run,
  userKey,
} from '../../../support/servers/ssh-connection.js';
import { endProcess } from '../../../support/processes.js';
import { rsaKey, TestSshServer, testKey } from '../../../support/servers/ssh-server.js';
import { until } from '../../../support/until.js';

describe('connecting', () => {
  let server: TestSshServer;
  beforeAll(async () => {
    server = await TestSshServer.start(hostKey, userKey);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  it('takes the pinned host key and no other', async () => {
    await using _connection = await connected(server.port);
    for (const [other, reason] of [
      [testKey().publicKey, /host key/],
      ['ssh-ed25519 nonsense', /host key/],
      ['', /host key/],
    ] as const) {
      const outcome = await connectSsh(address(server.port, { hostKey: other }), patience);
      expect(outcome).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) as string });
    }
  });

  it('takes any host key where none was recorded', async () => {
    const outcome = await connectSsh(address(server.port, { hostKey: undefined }), patience);
    expect(outcome.kind).toBe('connected');
    if (outcome.kind === 'connected') outcome.connection.close();
  });

  it.each([
    ['another key', testKey().privateKey],
    ['an RSA key', rsaKey()],
  ])('says that the login is refused with %s', async (_title, privateKey) => {
    const outcome = await connectSsh(address(server.port, { privateKey }), patience);
    expect(outcome).toEqual({
      kind: 'refused',
      reason: 'it doesn\'t take the key of this workspace for "root"',
    });
  });

  it('waits for a server that is not there yet', async () => {
    const { port } = server;
    await server[Symbol.asyncDispose]();
    const waiting = connected(port);
    await new Promise((resolve) => setTimeout(resolve, 300));
    server = await TestSshServer.start(hostKey, userKey, port);
    await using connection = await waiting;
    expect((await run(connection, 'echo up'))?.stdout).toBe('up\n');
  });

  it('waits for a port behind which nobody speaks yet, gives up in time, and at once when it is interrupted', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    expect(await connectSsh(address(port), { milliseconds: 100, signal: never })).toEqual({
      kind: 'no-answer',
      reason: 'its ssh server does not answer',
    });
    const interruption = new AbortController();
    const waiting = connectSsh(address(port), { milliseconds: 60_000, signal: interruption.signal });
    interruption.abort(new Error('interrupted'));
    await expect(waiting).rejects.toThrow('interrupted');
    silent.close();
  });
});

describe('a command over ssh', () => {
  let server: TestSshServer;
  let connection: SshConnection;
  beforeAll(async () => {
    server = await TestSshServer.start(hostKey, userKey);
    connection = await connected(server.port);
  });
  afterAll(async () => {
    await connection[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('brings exit codes, outputs and bytes back', async () => {
    expect(await run(connection, `sh -c 'echo out; echo err >&2; exit 3'`)).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect((await run(connection, `sh -c 'kill -TERM $$'`))?.exitCode).toBe(143);
    const bytes = randomBytes(6_000_000);
    const chunks: Buffer[] = [];
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
    await run(connection, 'cat', { stdin: Readable.from([bytes]), stdout });
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it('appends to a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gitian-ssh-'));
    const appendTo = join(folder, 'log');
    await run(connection, 'echo one', { stdout: { appendTo } });
    await run(connection, `sh -c 'echo two >&2'`, { stderr: { appendTo } });
    expect(await readFile(appendTo, 'utf8')).toBe('one\ntwo\n');
    await rm(folder, { recursive: true });
  });

  it('is not held up by input that nobody reads', async () => {
    const stdin = new PassThrough();
    const pump = setInterval(() => stdin.write(Buffer.alloc(1_000_000)), 1);
    expect((await run(connection, 'true', { stdin }))?.exitCode).toBe(0);
    clearInterval(pump);
    await new Promise((resolve) => stdin.end(resolve));
    expect((await run(connection, 'true', { stdin: Buffer.alloc(10_000_000) }))?.exitCode).toBe(0);
  });

  it('does not take half of an input for the whole', async () => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const running = run(connection, 'cat', { stdin, stdout });
    stdin.write('half');
    await once(stdout, 'data');
    stdin.destroy(new Error('the disk broke'));
    await expect(running).rejects.toThrow('the disk broke');
  });

  it('refuses output that is too much to keep, and goes on', async () => {
    await expect(run(connection, 'head -c 70M /dev/zero')).rejects.toThrow();
    expect((await run(connection, 'echo alive'))?.stdout).toBe('alive\n');
  });

  it('runs more at once than the server lets one connection carry', async () => {
    const many = Array.from({ length: 20 }, async (_, index) => run(connection, `echo ${String(index)}`));
    expect((await Promise.all(many)).map((result) => Number(result?.stdout))).toEqual(many.map((_, i) => i));
  });

  it('is ended with everything that it started, and nothing else', async () => {
    const abort = new AbortController();
    const started = new PassThrough();
    const stubborn = `bash -c 'trap "" TERM INT HUP; setsid sleep 876501 & (sleep 876502 & sleep 876503 &) & echo up; while :; do sleep 876504; done'`;
    const other = run(connection, 'sleep 876505');
    const running = run(connection, stubborn, { stdout: started, signal: abort.signal });
    const left = (): string =>
      execFileSync('sh', ['-c', 'ps -e -o args= | grep "^sleep 87650[1-5]" || true'], { encoding: 'utf8' });
    await once(started, 'data');
    await until(left, (lines) => lines.includes('sleep 876505\n'));
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(left()).toBe('sleep 876505\n');
    connection.close();
    expect(await other).toBeUndefined();
    await endProcess('sleep 876505');
    connection = await connected(server.port);
  });

  it('ends with its connection, and says that it did', async () => {
    const started = new PassThrough();
    const running = run(connection, `sh -c 'echo up; sleep 876506'`, { stdout: started });
    await once(started, 'data');
    server.cut();
    expect(await running).toBeUndefined();
    expect(await connection.ended).toMatch(/\w/);
    expect(await run(connection, 'true')).toBeUndefined();
    await endProcess('sleep 876506');
    connection = await connected(server.port);
  });
});
