import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/target/deferred.js';
import { connected, hostKey, run } from '../../../support/servers/ssh-connection.js';
import { chunk, ends, HostileSshServer, type Attack } from '../../../support/servers/hostile-ssh-server.js';
import { testKey } from '../../../support/servers/ssh-server.js';
import { triesAll } from '../../../support/tries-all.js';

describe('a server that goes beyond what it may', () => {
  it.each<[string, Attack, RegExp]>([
    [
      'takes packets of no size',
      { session: (at, id) => at.confirm(id, { packet: 0 }), command: ends },
      /nobody can use/,
    ],
    [
      'takes packets of one byte',
      { session: (at, id) => at.confirm(id, { packet: 1 }), command: ends },
      /nobody can use/,
    ],
    [
      'gives a window of 4 GiB',
      { session: (at, id) => at.confirm(id, { window: 2 ** 32 - 1 }), command: ends },
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
      { command: (at, id) => void at.goOn(() => at.data(id, chunk)) },
      /sends more than it was given room for/,
    ],
    [
      'sends error output before the command is begun, without end',
      { command: (at, id) => void at.goOn(() => at.words(id, chunk)) },
      /sends more than it was given room for/,
    ],
    [
      'sends output to somebody who takes none, without end',
      {
        command: (at, id) => {
          at.start(id);
          void at.goOn(() => at.data(id, chunk));
        },
      },
      /sends more than it was given room for/,
    ],
    [
      'says goodbye and stays',
      { command: (at) => at.disconnect(11, 'so long') },
      /^the machine closed its ssh/,
    ],
    [
      'says goodbye with many words',
      { command: (at) => at.disconnect(2, `first\nhint: type this${'!'.repeat(10_000)}`) },
      /^hint: type this!{285}…$/,
    ],
    ['raves', { command: (at) => at.rave() }, /./],
    ['speaks of a channel that can not be', { command: (at) => at.exit(2 ** 32 - 1, 0) }, /Invalid channel/],
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

  // It takes a minute until everything on the way is full.
  it.skipIf(!triesAll)('asks without end and takes no answer (with GITIAN_TEST_ALL)', async () => {
    let asked: Promise<number> | undefined;
    await using server = await HostileSshServer.start(hostKey, {
      command: (at) => {
        at.socket.pause();
        asked = at.goOn(() => at.ask('nonsense'));
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
