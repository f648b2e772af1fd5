import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { connectSsh } from '../../../../src/target/ssh/connect.js';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

describe('an interruption', () => {
  // Nothing here may load ssh2 before.
  it('is heard while ssh2 is being loaded, and the connection ends', async () => {
    const controller = new AbortController();
    const closed: Promise<unknown>[] = [];
    const server = createServer((socket: Socket) => {
      // It may be reset.
      closed.push(new Promise((resolve) => socket.once('close', resolve)));
      socket.on('error', () => undefined).resume();
      socket.write('SSH-2.0-silent\r\n');
      setTimeout(() => {
        controller.abort(new Error('interrupted'));
      }, 5);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const address = { host: '127.0.0.1', port, user: 'root', privateKey, hostKey: undefined };
    const connecting = connectSsh(address, { milliseconds: 10_000, signal: controller.signal });
    await expect(connecting).rejects.toThrow('interrupted');
    expect(closed).toHaveLength(1);
    await Promise.all(closed);
    server.close();
  });
});
