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

/** What a server may refuse of what it is asked for. */
type Refused = 'sessions' | 'commands' | 'ports';

/** An ssh server on loopback that takes any login with `user`'s key and runs commands on this host, as sshd does. */
export class TestSshServer implements AsyncDisposable {
  /** What it refuses from now on. */
  refuses: Refused | undefined;
  readonly #server: ssh2.Server;
  readonly #sockets = new Set<Socket>();
  #latest: Connection | undefined;
  #port = 0;

  private constructor(host: TestKey, user: TestKey) {
    this.#server = new ssh2.Server({ hostKeys: [host.privateKey] }, (connection) => {
      this.#serve(connection, user);
    });
    const { _srv: listener } = this.#server as unknown as { _srv: NodeJS.EventEmitter };
    listener.on('connection', (socket: Socket) => this.#sockets.add(socket));
  }

  static async start(host: TestKey, user: TestKey, port = 0): Promise<TestSshServer> {
    const made = new TestSshServer(host, user);
    made.#server.listen(port, '127.0.0.1');
    await once(made.#server, 'listening');
    made.#port = (made.#server.address() as AddressInfo).port;
    return made;
  }

  /** Where it listens, or did until it was disposed. */
  get port(): number {
    return this.#port;
  }

  /** Opens a connection to the port that the client asked for; rejects where the client refuses it. */
  async connectBack(): Promise<ServerChannel> {
    return new Promise((resolve, reject) => {
      this.#latest?.forwardOut('127.0.0.1', forwarded, '127.0.0.1', 1, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    });
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

  #serve(connection: Connection, user: TestKey): void {
    const [, base64 = ''] = user.publicKey.split(' ');
    this.#latest = connection;
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      if (context.method === 'publickey' && context.key.data.equals(Buffer.from(base64, 'base64')))
        context.accept();
      else context.reject(['publickey']);
    });
    connection.on('session', (accept, refuse) => {
      if (this.refuses === 'sessions') {
        refuse();
        return;
      }
      accept().on('exec', (take, reject, { command }) => {
        if (this.refuses === 'commands') reject();
        else runHere(command, take());
      });
    });
    connection.on('request', (accept, reject) => {
      if (this.refuses === 'ports') reject?.();
      else accept?.(forwarded);
    });
  }
}

/** The port that clients get which ask for any; nothing listens there. */
const forwarded = 2000;

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
