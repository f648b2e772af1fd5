import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';

/** A key pair for one side of a connection. */
export interface TestKey {
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
}

/**
 * Makes a new key pair. ssh2 1.17 takes leading zeros off the public half, so that one pair in 256 is one
 * that nothing can read: such a pair is left for the next.
 */
export function testKey(): TestKey {
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return { privateKey, publicKey };
  }
}

/** An RSA key as OpenSSL writes it. */
export function rsaKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

/** An ssh server on loopback that takes any login with `user`'s key and runs commands on this host, as sshd does. */
export class TestSshServer implements AsyncDisposable {
  readonly port: number;
  readonly #server: ssh2.Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: ssh2.Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(host: TestKey, user: TestKey, port = 0): Promise<TestSshServer> {
    const sockets = new Set<Socket>();
    const server = new ssh2.Server({ hostKeys: [host.privateKey] }, (connection) => {
      serve(connection, user);
    });
    (server as unknown as { _srv: NodeJS.EventEmitter })._srv.on('connection', (socket: Socket) => {
      sockets.add(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new TestSshServer(server, sockets);
  }

  /** Cuts every connection, as a machine that dies. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

function serve(connection: Connection, user: TestKey): void {
  const [, base64 = ''] = user.publicKey.split(' ');
  connection.on('error', () => undefined);
  connection.on('authentication', (context) => {
    if (context.method === 'publickey' && context.key.data.equals(Buffer.from(base64, 'base64')))
      context.accept();
    else context.reject(['publickey']);
  });
  connection.on('session', (accept) => {
    accept().on('exec', (take, _reject, { command }) => {
      runHere(command, take());
    });
  });
}

function runHere(command: string, channel: ServerChannel): void {
  const child = spawn('bash', ['-c', command], { detached: true });
  child.stdin.on('error', () => undefined);
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.once('exit', (code, signal) => {
    if (code === null) channel.exit((signal ?? 'SIGKILL').slice(3));
    else channel.exit(code);
  });
  child.once('close', () => {
    channel.end();
    channel.close();
  });
  channel.once('close', () => {
    child.stdout.destroy();
    child.stderr.destroy();
  });
}
