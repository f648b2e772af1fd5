import { describe, expect, it } from 'vitest';
import type { SshConnection } from '../../../../src/target/ssh/connection.js';
import { connected, hostKey, never } from '../../../support/servers/ssh-connection.js';
import { chunk, HostileSshServer, type Victim } from '../../../support/servers/hostile-ssh-server.js';

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
        // What comes in one breath with the answer is heard with it.
        attack(at);
      },
      refused: () => refusals++,
    });
    return { server, connection: await connected(server.port), refused: () => refusals };
  };

  it.each<[string, (at: Victim) => void, RegExp]>([
    ['takes packets of no size', (at) => at.connectBack(2000, { packet: 0 }), /nobody can use/],
    ['gives a window of 4 GiB', (at) => at.connectBack(2000, { window: 2 ** 32 - 1 }), /nobody can use/],
    [
      'sends without end what nobody takes',
      (at) => {
        at.connectBack(2000);
        void at.goOn(() => at.data(0, chunk));
      },
      /more than it was given room for/,
    ],
    [
      'sends without end what is nothing there',
      (at) => {
        at.connectBack(2000);
        void at.goOn(() => at.words(0, chunk));
      },
      /more than it was given room for/,
    ],
  ])('ends with its connection where one %s', async (_title, attack, reason) => {
    const { server, connection } = await opened(attack);
    await connection.serve(() => undefined, never);
    expect(await connection.ended).toMatch(reason);
    await server[Symbol.asyncDispose]();
  });

  it('is refused to whoever comes too late', async () => {
    const { server, connection, refused } = await opened((at) => at.connectBack(2000));
    const accepted: unknown[] = [];
    const service = await connection.serve((channel) => accepted.push(channel), never);
    await expect.poll(() => accepted).toHaveLength(1);
    await service?.[Symbol.asyncDispose]();
    await expect.poll(refused).toBe(1);
    expect(accepted).toHaveLength(1);
    connection.close();
    await server[Symbol.asyncDispose]();
  });
});
