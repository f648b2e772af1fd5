import type { Socket } from 'node:net';
import type { Client } from 'ssh2';

/** The largest window that a server may give a channel, and the least size of its packets, in bytes: OpenSSH's are 2 MiB and 32 KiB. */
const bounds = { window: 8 * 2 ** 20, packet: 1024 } as const;

/** How much may wait to be sent, in bytes, before nothing more is read that has to be answered. */
const mostUnsent = 8 * 2 ** 20;

/**
 * Ends the connection to a server that goes beyond what it may, which ssh2 1.17 leaves to it: data without room for them
 * are kept in memory, packets of no size sent without end, keys of the host that nobody asks for remembered, and after a
 * farewell, or when answers aren't taken, it goes on as well. Has to come before the first message, once `client` connects.
 */
export function holdToBounds(client: Client, socket: Socket): void {
  const { _protocol: protocol, _chanMgr: channels } = client as unknown as Internals;
  const handlers = protocol._handlers;
  const own = { ...handlers };
  const demand = (holds: boolean, reason: string): boolean => {
    if (!holds) socket.destroy(new Error(`its ssh server ${reason}`));
    return holds;
  };
  const channel = (id: number): OpenChannel | undefined => {
    const found = channels.get(id);
    return typeof found === 'object' && found !== null ? (found as OpenChannel) : undefined;
  };
  const hasRoom = (id: number, data: Uint8Array): boolean =>
    demand(
      data.length <= (channel(id)?.incoming.window ?? Infinity),
      'sends more than it was given room for',
    );
  const isUsable = ({ window, packetSize }: Opening): boolean =>
    demand(window <= bounds.window && packetSize >= bounds.packet, 'opens a channel that nobody can use');
  handlers.CHANNEL_DATA = (from, id, ...rest) => {
    if (hasRoom(id, rest[0])) own.CHANNEL_DATA(from, id, ...rest);
  };
  handlers.CHANNEL_EXTENDED_DATA = (from, id, ...rest) => {
    if (hasRoom(id, rest[0])) own.CHANNEL_EXTENDED_DATA(from, id, ...rest);
  };
  handlers.CHANNEL_OPEN = (from, opening) => {
    if (isUsable(opening)) own.CHANNEL_OPEN(from, opening);
  };
  handlers.CHANNEL_OPEN_CONFIRMATION = (from, opening) => {
    if (isUsable(opening)) own.CHANNEL_OPEN_CONFIRMATION(from, opening);
  };
  handlers.CHANNEL_WINDOW_ADJUST = (from, id, amount) => {
    const window = amount + (channel(id)?.outgoing.window ?? 0);
    if (demand(window <= bounds.window, 'gives more room than it can have'))
      own.CHANNEL_WINDOW_ADJUST(from, id, amount);
  };
  handlers.GLOBAL_REQUEST = (from, name, ...rest) => {
    // Nothing is done with the host's other keys, and to prove them costs an emulated guest time.
    own.GLOBAL_REQUEST(from, name.startsWith('hostkeys-') ? '' : name, ...rest);
  };
  handlers.DISCONNECT = (...message) => {
    own.DISCONNECT(...message);
    socket.destroy();
  };
  socket.on('data', () => {
    if (socket.writableLength <= mostUnsent) return;
    socket.pause();
    socket.once('drain', () => socket.resume());
  });
}

/** What ssh2 keeps to itself. */
interface Internals {
  readonly _protocol: { readonly _handlers: Handlers };
  /** By the client's numbers: an object once it is open. */
  readonly _chanMgr: { get(id: number): unknown };
}

/** What it does about a server's messages. */
interface Handlers {
  DISCONNECT: Handler<[reason: number, words: string]>;
  GLOBAL_REQUEST: Handler<[name: string, wantsReply: boolean, data: unknown]>;
  CHANNEL_OPEN: Handler<[opening: Opening]>;
  CHANNEL_OPEN_CONFIRMATION: Handler<[opening: Opening]>;
  CHANNEL_WINDOW_ADJUST: Handler<[id: number, amount: number]>;
  CHANNEL_DATA: Handler<[id: number, data: Uint8Array]>;
  CHANNEL_EXTENDED_DATA: Handler<[id: number, data: Uint8Array, type: number]>;
}

type Handler<Message extends unknown[]> = (from: unknown, ...message: Message) => void;

/** What a server says of a channel that it opens, or lets be opened. */
interface Opening {
  readonly window: number;
  readonly packetSize: number;
}

/** How much more may come and go over a channel, in bytes. */
interface OpenChannel {
  readonly incoming: { readonly window: number };
  readonly outgoing: { readonly window: number };
}
