import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseUsers } from '../../../../src/target/guest-users.js';
import { MachineTarget } from '../../../../src/target/ssh/machine-target.js';
import { endProcess } from '../../../support/processes.js';
import { connected, hostKey, never, run, userKey } from '../../../support/servers/ssh-connection.js';
import { TestSshServer } from '../../../support/servers/ssh-server.js';
import { until } from '../../../support/until.js';

describe('what the server refuses', () => {
  it.each([
    ['sessions', /^"echo hello" in the target can't be started: \(SSH\) Channel open failure/],
    ['commands', /^"echo hello" in the target can't be started: Unable to exec$/],
  ] as const)('is told, of %s', async (refused, message) => {
    await using server = await TestSshServer.start(hostKey, userKey);
    await using connection = await connected(server.port);
    server.refuses = refused;
    for (let count = 0; count < 10; count++) {
      await expect(run(connection, 'echo hello')).rejects.toMatchObject({
        code: 'guest-command-failed',
        message: expect.stringMatching(message) as string,
      });
    }
    server.refuses = undefined;
    expect((await run(connection, 'echo hello'))?.stdout).toBe('hello\n');
  });

  it('is told of a machine', async () => {
    await using server = await TestSshServer.start(hostKey, userKey);
    await using target = new MachineTarget({
      spec: { distro: 'debian', suite: 'bookworm', architecture: 'amd64', memory: 512, processors: 1 },
      connection: await connected(server.port),
      control: {
        stop: () => Promise.resolve(),
        detach: () => Promise.resolve(),
        lost: () => Promise.resolve(undefined),
      },
      signal: never,
      log: 'log',
      detached: false,
      users: parseUsers(readFileSync('/etc/passwd', 'utf8')),
    });
    server.refuses = 'commands';
    await expect(target.run(['echo', 'hello'], { user: 'root' })).rejects.toMatchObject({
      code: 'guest-command-failed',
      message: `"echo hello" in the target can't be started: Unable to exec`,
    });
    server.refuses = 'ports';
    await expect(target.serve(() => undefined)).rejects.toMatchObject({
      code: 'guest-command-failed',
      message: '"sshd" in the target opens no port for this host: Unable to bind to 127.0.0.1:0',
    });
  });

  it('ends the connection where a command could not be ended otherwise', async () => {
    await using server = await TestSshServer.start(hostKey, userKey);
    await using connection = await connected(server.port);
    const abort = new AbortController();
    const started = new PassThrough();
    const running = run(connection, `sh -c 'echo up; sleep 876507'`, {
      stdout: started,
      signal: abort.signal,
    });
    await once(started, 'data');
    server.refuses = 'commands';
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(await connection.ended).toBe("its command can't be ended: Unable to exec");
    await endProcess('sleep 876507');
  });
});

describe('a port of the machine', () => {
  it('holds so many connections, and refuses one more until another has ended', async () => {
    await using server = await TestSshServer.start(hostKey, userKey);
    await using connection = await connected(server.port);
    const service = await connection.serve((channel) => channel.resume(), never);
    const [first] = await Promise.all(Array.from({ length: 64 }, () => server.connectBack()));
    await expect(server.connectBack()).rejects.toThrow('open failure');
    first?.close();
    const again = await until(
      () => server.connectBack().catch(() => undefined),
      (channel) => channel !== undefined,
    );
    expect(again).toBeDefined();
    await service?.[Symbol.asyncDispose]();
  });
});
