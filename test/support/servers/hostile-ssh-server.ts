import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2, { type Connection } from 'ssh2';
import type { TestKey } from './ssh-server.js';

/** The numbers of ssh's messages that an attack sends; see RFC 4254. */
const message = {
  disconnect: 1,
  kexInit: 20,
  banner: 53,
  globalRequest: 80,
  requestSuccess: 81,
  requestFailure: 82,
  open: 90,
  confirmation: 91,
  adjust: 93,
  data: 94,
  extended: 95,
  eof: 96,
  close: 97,
  request: 98,
  success: 99,
} as const;

/** How an attacker answers what the client wants; what is left out is answered as a server should. `id` is the client's number of a channel. */
export interface Attack {
  /** Before anybody is let in. */
  readonly login?: (at: Victim) => void;
  readonly session?: (at: Victim, id: number) => void;
  readonly command?: (at: Victim, id: number, line: string) => void;
  /** A request that is of no channel. */
  readonly global?: (at: Victim, name: string) => void;
  /** What the client says no to. */
  readonly refused?: () => void;
}

/** What an honest server does with a command, as an attack. */
export function ends(at: Victim, id: number): void {
  at.begin(id).data(id, Buffer.from('hello\n')).exit(id, 0).close(id);
}

/** A packet's worth of bytes. */
export const chunk = Buffer.alloc(32_000, 'x');

/**
 * An ssh server that lets everybody in and says whatever an attack has it say. Root of a machine owns its ssh server: all
 * that it may get by that is that a command doesn't end.
 */
export class HostileSshServer implements AsyncDisposable {
  readonly #server: ssh2.Server;
  readonly #sockets = new Set<Socket>();

  private constructor(host: TestKey, attack: Attack) {
    this.#server = new ssh2.Server({ hostKeys: [host.privateKey] }, (connection) => {
      const victim = new Victim(connection);
      connection.on('error', () => undefined);
      connection.on('authentication', (context) => {
        attack.login?.(victim);
        context.accept();
      });
      victim.suffer(attack);
    });
    const { _srv: listener } = this.#server as unknown as { _srv: NodeJS.EventEmitter };
    listener.on('connection', (socket: Socket) => this.#sockets.add(socket));
  }

  static async start(host: TestKey, attack: Attack): Promise<HostileSshServer> {
    const made = new HostileSshServer(host, attack);
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

/** What ssh2 keeps to itself. */
interface Internals {
  readonly _sock: Socket;
  readonly _protocol: {
    readonly _handlers: Record<string, (from: unknown, ...values: never[]) => void>;
    readonly _cipher: { encrypt(packet: Buffer): void };
    readonly _packetRW: {
      readonly write: {
        readonly allocStart: number;
        alloc(length: number): Buffer;
        finalize(packet: Buffer): Buffer;
      };
    };
    readonly _hostKeys: Record<string, unknown>;
  };
}

/** A client that has come, and what can be said to it, one thing after the other. */
export class Victim {
  readonly #connection: Connection;
  readonly #inside: Internals;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#inside = connection as unknown as Internals;
  }

  get socket(): Socket {
    return this.#inside._sock;
  }

  suffer({ session, command, global, refused }: Attack): void {
    const { _handlers: handlers } = this.#inside._protocol;
    handlers['CHANNEL_OPEN'] = (_, { sender }: { readonly sender: number }) => {
      if (session === undefined) this.confirm(sender);
      else session(this, sender);
    };
    handlers['CHANNEL_REQUEST'] = (_, ...[id, type, , line]: [number, string, boolean, string]) => {
      if (type === 'exec') command?.(this, id, line);
    };
    handlers['GLOBAL_REQUEST'] = (_, name: string) => {
      if (global === undefined) this.say(message.requestFailure);
      else global(this, name);
    };
    handlers['CHANNEL_OPEN_FAILURE'] = () => refused?.();
    for (const name of ['CHANNEL_DATA', 'CHANNEL_EOF', 'CHANNEL_CLOSE', 'CHANNEL_WINDOW_ADJUST'])
      handlers[name] = () => undefined;
  }

  /** Lets a channel be opened; both sides call it by the same number then. */
  confirm(id: number, { window = 2 ** 21, packet = 2 ** 15 } = {}): this {
    return this.say(message.confirmation, id, id, window, packet);
  }

  start(id: number): this {
    return this.say(message.success, id);
  }

  /** Starts a command, and says which process it is. */
  begin(id: number): this {
    return this.start(id).words(id, Buffer.from('4711\n'));
  }

  data(id: number, bytes: Uint8Array): this {
    return this.say(message.data, id, bytes);
  }

  words(id: number, bytes: Uint8Array): this {
    return this.say(message.extended, id, 1, bytes);
  }

  adjust(id: number, amount: number): this {
    return this.say(message.adjust, id, amount);
  }

  exit(id: number, code: number): this {
    return this.say(message.request, id, 'exit-status', false, code);
  }

  signal(id: number, name: string): this {
    return this.say(message.request, id, 'exit-signal', false, name, false, '', '');
  }

  close(id: number): this {
    this.say(message.eof, id);
    return this.say(message.close, id);
  }

  /** Asks for something that is to be answered, with more bytes after it. */
  ask(name: string, ...rest: readonly Field[]): this {
    return this.say(message.globalRequest, name, true, ...rest);
  }

  banner(words: string): this {
    return this.say(message.banner, words, '');
  }

  answer(port: number): this {
    return this.say(message.requestSuccess, port);
  }

  disconnect(reason: number, words: string): this {
    return this.say(message.disconnect, reason, words, '');
  }

  open(type: string, ...rest: readonly Field[]): this {
    return this.say(message.open, type, 0, 2 ** 21, 2 ** 15, ...rest);
  }

  /** Connects to the port that the client was given. */
  connectBack(port: number, { window = 2 ** 21, packet = 2 ** 15 } = {}): this {
    return this.say(message.open, 'forwarded-tcpip', 0, window, packet, '127.0.0.1', port, '127.0.0.1', 1);
  }

  /** Begins an exchange of keys that it never ends. The length of what is to be random counts as random here. */
  beginKeys(): this {
    const cipher = 'chacha20-poly1305@openssh.com';
    const [kex, key, mac] = ['curve25519-sha256', 'ssh-ed25519', 'hmac-sha2-256'];
    const lists = [kex, key, cipher, cipher, mac, mac, 'none', 'none', '', ''];
    return this.say(message.kexInit, Buffer.alloc(12), ...lists, false, 0);
  }

  /** Exchanges keys anew, and proves to be who has `host`. */
  async rekey(host?: TestKey): Promise<void> {
    if (host !== undefined)
      this.#inside._protocol._hostKeys['ssh-ed25519'] = ssh2.utils.parseKey(host.privateKey);
    await new Promise<void>((resolve) => {
      this.#connection.rekey(resolve);
    });
  }

  /** Says something that no other side's message begins with, and that its check doesn't fit. */
  rave(): this {
    this.socket.write(Buffer.alloc(1024, 0xa5));
    return this;
  }

  /** Says a message again and again, as fast as it is taken, until the connection has ended, or nothing was taken for so long; how often. */
  async goOn(say: () => void, milliseconds = 1500): Promise<number> {
    let count = 0;
    let taken = performance.now();
    while (!this.socket.destroyed && performance.now() - taken < milliseconds) {
      if (this.socket.writableNeedDrain) {
        await sleep(5);
        continue;
      }
      say();
      count += 1;
      taken = performance.now();
      if (count % 256 === 0) await sleep(0);
    }
    return count;
  }

  /** Sends a message of these fields. */
  say(kind: number, ...fields: readonly Field[]): this {
    const payload = Buffer.concat([Buffer.of(kind), ...fields.map(written)]);
    const { _cipher: cipher, _packetRW } = this.#inside._protocol;
    const { write } = _packetRW;
    const start = write.allocStart;
    const packet = write.alloc(payload.length);
    packet.set(payload, start);
    cipher.encrypt(write.finalize(packet));
    return this;
  }
}

type Field = number | boolean | string | Uint8Array;

function written(field: Field): Uint8Array {
  if (typeof field === 'boolean') return Buffer.of(field ? 1 : 0);
  if (typeof field === 'number') {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(field);
    return number;
  }
  const length = Buffer.alloc(4);
  length.writeUInt32BE(field.length);
  return Buffer.concat([length, Buffer.from(field)]);
}
