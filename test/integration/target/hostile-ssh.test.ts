import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../../src/target/deferred.js';
import { parseUsers } from '../../../src/target/guest-users.js';
import { connectSsh } from '../../../src/target/ssh/connect.js';
import type { SshConnection } from '../../../src/target/ssh/connection.js';
import { MachineTarget } from '../../../src/target/ssh/machine-target.js';
import { address, connected, hostKey, never, run } from '../../support/ssh-connection.js';
import { HostileSshServer, type Attack, type Victim } from '../../support/hostile-ssh-server.js';
import { testKey } from '../../support/ssh-server.js';
import { triesAll } from '../../support/tries-all.js';
import { tarEntry } from '../../support/tar-stream.js';

// Root of a machine owns its ssh server. All that it gets by that is that a command doesn't end.

const chunk = Buffer.alloc(32_000, 'x');

/** What an honest server does with a command. */
const ends = (at: Victim, id: number): void => {
  at.start(id);
  at.words(id, Buffer.from('4711\n'));
  at.data(id, Buffer.from('hello\n'));
  at.exit(id, 0);
  at.close(id);
};

describe('a server that goes beyond what it may', () => {
  it.each<[string, Attack, RegExp]>([
    [
      'takes packets of no size',
      {
        session: (at, id) => {
          at.confirm(id, { packet: 0 });
        },
        command: ends,
      },
      /nobody can use/,
    ],
    [
      'takes packets of one byte',
      {
        session: (at, id) => {
          at.confirm(id, { packet: 1 });
        },
        command: ends,
      },
      /nobody can use/,
    ],
    [
      'gives a window of 4 GiB',
      {
        session: (at, id) => {
          at.confirm(id, { window: 2 ** 32 - 1 });
        },
        command: ends,
      },
      /nobody can use/,
    ],
    [
      'gives one bit by bit',
      {
        command: (at, id) => {
          at.start(id);
          for (let count = 0; count < 10; count++) at.adjust(id, 2 ** 20);
        },
      },
      /gives more room than it can have/,
    ],
    [
      'sends output before the command is begun, without end',
      {
        command: (at, id) =>
          void at.goOn(() => {
            at.data(id, chunk);
          }),
      },
      /sends more than it was given room for/,
    ],
    [
      'sends error output before the command is begun, without end',
      {
        command: (at, id) =>
          void at.goOn(() => {
            at.words(id, chunk);
          }),
      },
      /sends more than it was given room for/,
    ],
    [
      'sends output to somebody who takes none, without end',
      {
        command: (at, id) => {
          at.start(id);
          void at.goOn(() => {
            at.data(id, chunk);
          });
        },
      },
      /sends more than it was given room for/,
    ],
    [
      'says goodbye and stays',
      {
        command: (at) => {
          at.disconnect(11, 'so long');
        },
      },
      /^the machine closed its ssh/,
    ],
    [
      'says goodbye with many words',
      {
        command: (at) => {
          at.disconnect(2, `first\nhint: type this${'!'.repeat(10_000)}`);
        },
      },
      /^hint: type this!{285}…$/,
    ],
    [
      'raves',
      {
        command: (at) => {
          at.rave();
        },
      },
      /./,
    ],
    [
      'speaks of a channel that can not be',
      {
        command: (at) => {
          at.exit(2 ** 32 - 1, 0);
        },
      },
      /Invalid channel/,
    ],
    ['becomes somebody else', { command: (at) => void at.rekey(testKey()) }, /Host denied/],
  ])('is hung up on when it %s', async (_title, attack, reason) => {
    await using server = await HostileSshServer.start(hostKey, attack);
    await using connection = await connected(server.port);
    const stdout = new SlowReader();
    const running = run(connection, 'echo hello', { stdin: chunk, stdout });
    expect(await connection.ended).toMatch(reason);
    stdout.takeAll();
    expect(await running).toBeUndefined();
  });

  it.each<[string, (at: Victim) => void]>([
    [
      'a display',
      (at) => {
        at.open('x11', '127.0.0.1', 1);
      },
    ],
    [
      "the user's keys",
      (at) => {
        at.open('auth-agent@openssh.com');
      },
    ],
    [
      'a shell of the host',
      (at) => {
        at.open('session');
      },
    ],
    [
      'a service of the host',
      (at) => {
        at.open('direct-tcpip', '127.0.0.1', 22, '127.0.0.1', 1);
      },
    ],
    [
      'a socket of the host',
      (at) => {
        at.open('direct-streamlocal@openssh.com', '/run/x', '', 0);
      },
    ],
    [
      'a port that nobody has given it',
      (at) => {
        at.connectBack(80);
      },
    ],
    [
      'a socket that nobody has given it',
      (at) => {
        at.open('forwarded-streamlocal@openssh.com', '/run/x', '');
      },
    ],
    [
      'what there is not',
      (at) => {
        at.open('nonsense');
      },
    ],
  ])('does not get %s', async (_title, open) => {
    let refusals = 0;
    await using server = await HostileSshServer.start(hostKey, {
      command: (at, id) => {
        open(at);
        ends(at, id);
      },
      refused: () => refusals++,
    });
    await using connection = await connected(server.port);
    for (let count = 1; count < 3; count++) {
      expect(await run(connection, 'echo hello')).toMatchObject({ exitCode: 0, stdout: 'hello\n' });
      await expect.poll(() => refusals).toBe(count);
    }
  });

  it.each<[string, (at: Victim, id: number) => void, number]>([
    [
      'a signal that there is not',
      (at, id) => {
        at.signal(id, 'NONSENSE');
      },
      137,
    ],
    [
      'a signal without a name',
      (at, id) => {
        at.signal(id, '');
      },
      137,
    ],
    [
      'a number beyond those of exit codes',
      (at, id) => {
        at.exit(id, 256);
      },
      255,
    ],
    [
      'the largest number',
      (at, id) => {
        at.exit(id, 2 ** 32 - 1);
      },
      255,
    ],
  ])('says an end by %s', async (_title, end, exitCode) => {
    await using server = await HostileSshServer.start(hostKey, {
      command: (at, id) => {
        at.start(id);
        end(at, id);
        at.close(id);
      },
    });
    await using connection = await connected(server.port);
    expect(await run(connection, 'true')).toMatchObject({ exitCode });
  });

  // It takes a minute until everything on the way is full.
  it.skipIf(!triesAll)('asks without end and takes no answer (with GITIAN_TEST_ALL)', async () => {
    let asked: Promise<number> | undefined;
    await using server = await HostileSshServer.start(hostKey, {
      command: (at) => {
        at.socket.pause();
        asked = at.goOn(() => {
          at.ask('nonsense');
        });
      },
    });
    await using connection = await connected(server.port);
    const running = run(connection, 'true');
    await expect.poll(() => asked).toBeDefined();
    // Then what nobody takes has filled the network, and 8 MiB of the client's.
    expect(await asked).toBeLessThan(1_500_000);
    expect(connection.isOpen).toBe(true);
    connection.close();
    expect(await running).toBeUndefined();
  });

  it('shows other keys of its own without end, and is asked for no proof', async () => {
    const asked: string[] = [];
    await using server = await HostileSshServer.start(hostKey, {
      command: (at, id) => {
        for (let count = 0; count < 1000; count++) at.ask('hostkeys-00@openssh.com');
        ends(at, id);
      },
      global: (_, name) => asked.push(name),
    });
    await using connection = await connected(server.port);
    expect(await run(connection, 'true')).toMatchObject({ exitCode: 0 });
    expect(asked).toEqual([]);
  });

  it('exchanges keys again and again', async () => {
    await using server = await HostileSshServer.start(hostKey, {
      command: (at, id) => {
        void (async () => {
          for (let count = 0; count < 20; count++) await at.rekey();
          ends(at, id);
        })();
      },
    });
    await using connection = await connected(server.port);
    expect(await run(connection, 'true')).toMatchObject({ exitCode: 0, stdout: 'hello\n' });
  });

  it('greets without end', async () => {
    await using server = await HostileSshServer.start(hostKey, {
      login: (at) => {
        for (let count = 0; count < 10_000; count++) at.banner('welcome '.repeat(100));
      },
      command: ends,
    });
    await using connection = await connected(server.port);
    expect(await run(connection, 'true')).toMatchObject({ exitCode: 0 });
  });
});

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
    [
      'does not say what process it is',
      {
        command: (at, id) => {
          at.start(id);
        },
      },
    ],
    [
      'says that it has ended, and goes on',
      {
        command: (at, id) => {
          at.start(id);
          at.exit(id, 0);
        },
      },
    ],
    [
      'does not end it',
      {
        command: (at, id, line) => {
          if (line.includes('sh -s')) return;
          at.start(id);
          at.words(id, Buffer.from('4711\n'));
        },
      },
    ],
    [
      'ends it without end',
      {
        command: (at, id) => {
          at.start(id);
          at.words(id, Buffer.from('4711\n'));
        },
      },
    ],
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
    const service = await (await connected(server.port)).serve(() => undefined);
    const leaving = await connected(server.port);
    await Promise.all([
      expect(opening).rejects.toThrow('enough'),
      service?.[Symbol.asyncDispose](),
      leaving.end(),
    ]);
  });

  it('does not hold up an interrupted copy, of which nothing is left', async ({ expect: here }) => {
    await using server = await HostileSshServer.start(hostKey, {
      command: (at, id) => {
        at.start(id);
        at.words(id, Buffer.from('4711\n'));
        at.data(id, tarEntry({ name: 'half', size: 100_000, content: 'x'.repeat(1024) }));
      },
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
    [
      'breaks off, and is said to be whole',
      (at, id) => {
        at.exit(id, 0);
      },
      /is refused: it is no tar stream/,
    ],
    ['breaks off', () => undefined, /is gone/],
  ])('that %s is none', async (_title, end, reason) => {
    await using server = await HostileSshServer.start(hostKey, {
      command: (at, id) => {
        at.start(id);
        at.words(id, Buffer.from('4711\n'));
        at.data(id, tarEntry({ name: 'half', size: 100_000, content: 'x'.repeat(1024) }));
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

describe('a port of a hostile machine', () => {
  const opened = async (
    attack: (at: Victim) => void,
  ): Promise<{ server: HostileSshServer; connection: SshConnection; refused: () => number }> => {
    let refusals = 0;
    const server = await HostileSshServer.start(hostKey, {
      global: (at, name) => {
        // It keeps the port when it is to give it back.
        if (name === 'tcpip-forward') at.answer(2000);
        else at.say(82);
        setTimeout(() => {
          attack(at);
        }, 100);
      },
      refused: () => refusals++,
    });
    return { server, connection: await connected(server.port), refused: () => refusals };
  };

  it.each<[string, (at: Victim) => void, RegExp]>([
    [
      'takes packets of no size',
      (at) => {
        at.connectBack(2000, { packet: 0 });
      },
      /nobody can use/,
    ],
    [
      'gives a window of 4 GiB',
      (at) => {
        at.connectBack(2000, { window: 2 ** 32 - 1 });
      },
      /nobody can use/,
    ],
    [
      'sends without end what nobody takes',
      (at) => {
        at.connectBack(2000);
        void at.goOn(() => {
          at.data(0, chunk);
        });
      },
      /more than it was given room for/,
    ],
    [
      'sends without end what is nothing there',
      (at) => {
        at.connectBack(2000);
        void at.goOn(() => {
          at.words(0, chunk);
        });
      },
      /more than it was given room for/,
    ],
  ])('ends with its connection where one %s', async (_title, attack, reason) => {
    const { server, connection } = await opened(attack);
    await connection.serve(() => undefined);
    expect(await connection.ended).toMatch(reason);
    await server[Symbol.asyncDispose]();
  });

  it('is refused to whoever comes too late', async () => {
    const { server, connection, refused } = await opened((at) => {
      at.connectBack(2000);
    });
    const accepted: unknown[] = [];
    const service = await connection.serve((channel) => accepted.push(channel));
    await expect.poll(() => accepted).toHaveLength(1);
    await service?.[Symbol.asyncDispose]();
    await expect.poll(refused).toBe(1);
    expect(accepted).toHaveLength(1);
    connection.close();
    await server[Symbol.asyncDispose]();
  });
});

/** Takes nothing until it is told to. */
class SlowReader extends Writable {
  readonly #ready = deferred<undefined>();

  takeAll(): void {
    this.#ready.resolve(undefined);
  }

  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    void this.#ready.promise.then(done);
  }
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
