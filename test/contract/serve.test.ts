import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servesGuest, type GuestService } from '../../src/target/guest-service.js';
import type { StartedTarget } from '../../src/target/target.js';
import type { TargetWorkspace } from '../support/workspaces/target-workspace.js';
import { describeContract } from './describe-contract.js';
import { spec } from '../support/workspaces/target-workspace.js';
import { sha256 } from '../support/digest.js';

describeContract('serving the guest', (backend, workspace) => {
  let place: TargetWorkspace;
  let target: StartedTarget;
  beforeAll(async () => {
    place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    target = await driver.start(spec);
  });
  afterAll(async () => {
    await target.stop();
    await place[Symbol.asyncDispose]();
  });

  const serve = async (accept: (connection: Duplex) => void): Promise<GuestService> => {
    if (!servesGuest(target)) throw new Error('the target has no such ability');
    return target.serve(accept);
  };

  /** What a shell in the guest gets that opens the address as file 3. */
  const inGuest = async (address: string, script: string): Promise<string> => {
    const device = `/dev/tcp/${address.replace(':', '/')}`;
    const words = ['timeout', '120', 'bash', '-c', `exec 3<>${device} || exit 9; ${script}`];
    const { exitCode, stdout } = await target.run(words, { check: false });
    return exitCode === 9 ? 'nobody there' : stdout;
  };

  it('brings each connection of the guest to this process, and its answers back', async () => {
    await using service = await serve((connection) => {
      connection.once('data', (bytes: Buffer) => connection.end(`you said ${bytes.toString()}`));
    });
    expect(service.address).toMatch(/^127\.0\.0\.1:\d+$/);
    const say = (word: string): Promise<string> =>
      inGuest(service.address, `printf ${word} >&3; cat <&3; exec 3>&-`);
    expect(await Promise.all(['a', 'b', 'c'].map(say))).toEqual(['you said a', 'you said b', 'you said c']);
  });

  it('loses no byte of much', async () => {
    const bytes = randomBytes(20 << 20);
    await using service = await serve((connection) => connection.end(bytes));
    const sum = await inGuest(service.address, 'sha256sum <&3');
    expect(sum).toBe(`${sha256(bytes)}  -\n`);
  });

  it('hears the end of what the guest says', async () => {
    await using service = await serve((connection) => {
      let count = 0;
      connection.on('data', (bytes: Buffer) => (count += bytes.length));
      connection.once('end', () => connection.end(String(count)));
    });
    const script = `
      use IO::Socket::INET; my $s = IO::Socket::INET->new("${service.address}");
      print $s "x" x 3000000; $s->shutdown(1); print <$s>;`;
    expect((await target.run(['perl', '-e', script])).stdout).toBe('3000000');
  });

  it('survives connections that end in the middle, at either end', async () => {
    let count = 0;
    await using service = await serve((connection) => {
      connection.on('error', () => undefined);
      if (count++ === 0) connection.destroy();
      else connection.write(randomBytes(1 << 20));
    });
    expect(await inGuest(service.address, 'cat <&3')).toBe('');
    await inGuest(service.address, 'head -c 1 <&3 >/dev/null');
    expect(await inGuest(service.address, 'head -c 1000 <&3 | wc -c')).toBe('1000\n');
  });

  it("opens no way to what else listens on this host's loopback", async () => {
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await using _service = await serve((connection) => connection.end('served'));
    const answer = await inGuest(`127.0.0.1:${String(port)}`, 'cat <&3');
    server.close();
    expect(answer).toBe('nobody there');
  });

  it('is over when it is disposed, also in the middle of a connection', async () => {
    const service = await serve((connection) => {
      connection.on('error', () => undefined);
      connection.write('x');
    });
    const reading = inGuest(service.address, 'cat <&3');
    const again = await serve((connection) => connection.end('second'));
    expect(await inGuest(again.address, 'cat <&3')).toBe('second');
    await service[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
    await reading;
    expect(await inGuest(service.address, 'cat <&3')).toBe('nobody there');
    await again[Symbol.asyncDispose]();
  });

  // The last one: the others need the target.
  it('is over when the target stops, and nothing is left', async () => {
    await serve((connection) => connection.end());
    await target.stop();
    expect(backend.remains(place.root)).toEqual([]);
  });
});
