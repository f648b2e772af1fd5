import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseUsers } from '../../../../src/target/guest-users.js';
import { connectSsh } from '../../../../src/target/ssh/connect.js';
import type { SshConnection } from '../../../../src/target/ssh/connection.js';
import { MachineTarget } from '../../../../src/target/ssh/machine-target.js';
import { address, connected, hostKey, never, run } from '../../../support/servers/ssh-connection.js';
import { HostileSshServer, type Attack, type Victim } from '../../../support/servers/hostile-ssh-server.js';
import { tarEntry } from '../../../support/samples/tar-stream.js';

describe('a server that never comes to its point', () => {
  it.each([
    ['lines', Buffer.from('welcome\r\n'.repeat(5000))],
    ['a line', Buffer.alloc(50_000, 'x')],
    ['nonsense', Buffer.from(`SSH-2.0-nonsense\r\n${'x'.repeat(50_000)}`)],
    ['another version', Buffer.from('SSH-1.5-old\r\n')],
  ])('and says %s instead is hung up on, and asked again until the time is over', async (_title, words) => {
    let open = 0;
    let visits = 0;
    const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
      open += 1;
      visits += 1;
      socket.on('error', () => undefined).on('close', () => (open -= 1));
      socket.resume();
      const speak = setInterval(() => socket.write(words), 10);
      socket.once('close', () => {
        clearInterval(speak);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await connectSsh(address(port), { milliseconds: 500, signal: never })).toEqual({
      kind: 'no-answer',
      reason: expect.stringMatching(/^its ssh server hung up: .{1,301}$/) as string,
    });
    expect(visits).toBeGreaterThan(0);
    await expect.poll(() => open).toBe(0);
    server.close();
  });
});

// Each takes the 20 seconds that a machine has for an answer once somebody wants to be done.
describe.concurrent('a server that keeps silent', { timeout: 60_000 }, () => {
  it.each<[string, Attack]>([
    ['does not open a session', { session: () => undefined }],
    ['does not begin the command', { command: () => undefined }],
    ['does not say what process it is', { command: (at, id) => at.start(id) }],
    ['says that it has ended, and goes on', { command: (at, id) => at.start(id).exit(id, 0) }],
    [
      'does not end it',
      {
        command: (at, id, line) => {
          if (line.includes('sh -s')) return;
          at.begin(id);
        },
      },
    ],
    ['ends it without end', { command: (at, id) => at.begin(id) }],
    [
      'exchanges keys without end',
      {
        command: (at, id) => {
          at.start(id);
          // Whoever reads would answer.
          at.socket.pause();
          at.beginKeys();
        },
      },
    ],
  ])('when it %s does not hold up an interruption', async (_title, attack) => {
    await using server = await HostileSshServer.start(hostKey, attack);
    const connection = await connected(server.port);
    const abort = new AbortController();
    const running = run(connection, 'true', { stdin: new PassThrough(), signal: abort.signal });
    setTimeout(() => {
      abort.abort(new Error('enough'));
    }, 500);
    const begun = performance.now();
    await expect(
      running.then((result) => result ?? Promise.reject(abort.signal.reason as Error)),
    ).rejects.toThrow('enough');
    expect(performance.now() - begun).toBeLessThan(50_000);
    expect(await connection.ended).toMatch(/does not answer any more|unexpected packet/);
  });

  it('does not hold up who waits for a turn', async () => {
    await using server = await HostileSshServer.start(hostKey, { command: () => undefined });
    const connection = await connected(server.port);
    const others = Array.from({ length: 8 }, async () => run(connection, 'true'));
    const abort = new AbortController();
    const waiting = run(connection, 'true', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(connection.isOpen).toBe(true);
    connection.close();
    expect(await Promise.all(others)).toEqual(Array(8).fill(undefined));
  });

  it('does not hold up whoever opens a port, says goodbye or closes one', async () => {
    await using silent = await HostileSshServer.start(hostKey, { global: () => undefined });
    const abort = new AbortController();
    const target = machine(await connected(silent.port), abort.signal);
    const opening = target.serve(() => undefined);
    abort.abort(new Error('enough'));
    await using server = await HostileSshServer.start(hostKey, {
      global: (at, name) => {
        if (name === 'tcpip-forward') at.answer(2000);
      },
    });
    const service = await (await connected(server.port)).serve(() => undefined, never);
    const leaving = await connected(server.port);
    await Promise.all([
      expect(opening).rejects.toThrow('enough'),
      service?.[Symbol.asyncDispose](),
      leaving.end(),
    ]);
  });

  it('does not hold up an interrupted copy, of which nothing is left', async ({ expect: here }) => {
    await using server = await HostileSshServer.start(hostKey, {
      command: sendsHalf,
    });
    const to = await mkdtemp(join(tmpdir(), 'gitian-copy-'));
    const abort = new AbortController();
    const target = machine(await connected(server.port), abort.signal);
    const copying = target.copyFrom('.', to, { user: 'root' });
    await here.poll(async () => readdir(to)).toEqual(['half']);
    abort.abort(new Error('enough'));
    await expect(copying).rejects.toThrow('enough');
    expect(await readdir(to)).toEqual([]);
    await rm(to, { recursive: true });
  });
});

describe('a copy', () => {
  it.each<[string, (at: Victim, id: number) => void, RegExp]>([
    ['breaks off, and is said to be whole', (at, id) => at.exit(id, 0), /is refused: it is no tar stream/],
    ['breaks off', () => undefined, /is gone/],
  ])('that %s is none', async (_title, end, reason) => {
    await using server = await HostileSshServer.start(hostKey, {
      command: (at, id) => {
        sendsHalf(at, id);
        end(at, id);
        at.close(id);
      },
    });
    const to = await mkdtemp(join(tmpdir(), 'gitian-copy-'));
    const target = machine(await connected(server.port), never);
    await expect(target.copyFrom('.', to, { user: 'root' })).rejects.toThrow(reason);
    expect(await readdir(to)).toEqual([]);
    await rm(to, { recursive: true });
  });
});

/** Answers a command with the beginning of a tar stream. */
function sendsHalf(at: Victim, id: number): void {
  at.begin(id).data(id, tarEntry({ name: 'half', size: 100_000, content: 'x'.repeat(1024) }));
}

let users: ReturnType<typeof parseUsers> | undefined;

/** A machine behind a connection. */
function machine(connection: SshConnection, signal: AbortSignal): MachineTarget {
  users ??= parseUsers('root:x:0:0:root:/root:/bin/bash\n\0root:x:0:\n');
  return new MachineTarget({
    spec: { distro: 'debian', suite: 'bookworm', architecture: 'amd64', memory: 512, processors: 1 },
    connection,
    control: {
      stop: () => Promise.resolve(),
      detach: () => Promise.resolve(),
      lost: () => Promise.resolve(undefined),
    },
    signal,
    log: 'log',
    detached: false,
    users,
  });
}
