import { describe, expect, it } from 'vitest';
import { connected, hostKey, run } from '../../../support/servers/ssh-connection.js';
import { ends, HostileSshServer, type Victim } from '../../../support/servers/hostile-ssh-server.js';

describe('a server that asks for more, or says what cannot be', () => {
  it.each<[string, (at: Victim) => void]>([
    ['a display', (at) => at.open('x11', '127.0.0.1', 1)],
    ["the user's keys", (at) => at.open('auth-agent@openssh.com')],
    ['a shell of the host', (at) => at.open('session')],
    ['a service of the host', (at) => at.open('direct-tcpip', '127.0.0.1', 22, '127.0.0.1', 1)],
    ['a socket of the host', (at) => at.open('direct-streamlocal@openssh.com', '/run/x', '', 0)],
    ['a port that nobody has given it', (at) => at.connectBack(80)],
    ['a socket that nobody has given it', (at) => at.open('forwarded-streamlocal@openssh.com', '/run/x', '')],
    ['what there is not', (at) => at.open('nonsense')],
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
    ['a signal that there is not', (at, id) => at.signal(id, 'NONSENSE'), 137],
    ['a signal without a name', (at, id) => at.signal(id, ''), 137],
    ['a number beyond those of exit codes', (at, id) => at.exit(id, 256), 255],
    ['the largest number', (at, id) => at.exit(id, 2 ** 32 - 1), 255],
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
});
