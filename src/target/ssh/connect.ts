import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'ssh2';
import { lastLine } from '../../core/processes/process.js';
import { parsePublicKey, writePublicKey, type PublicKey, type SshAddress } from './address.js';
import { algorithms } from './algorithms.js';
import { SshConnection } from './connection.js';
import { connectToServer } from './first-words.js';
import { holdToBounds } from './hold-to-bounds.js';

/** How connecting went; `reason` completes "the target can't be started: …". */
export type ConnectOutcome =
  /** `hostKey` is the server's, such as `ssh-ed25519 AAAA…`. */
  | { readonly kind: 'connected'; readonly connection: SshConnection; readonly hostKey: string }
  | { readonly kind: 'no-answer'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** How long, in milliseconds, to go on asking a machine that may still be booting; and what ends the waiting early. */
export interface Patience {
  readonly milliseconds: number;
  /** Aborts when the run is interrupted, or when the machine is gone: then nobody will answer. */
  readonly signal: AbortSignal;
}

/** Bounds, in milliseconds, of how long one attempt waits for first words, and of the pause after a refused one. */
const words = { least: 1000, most: 8000 } as const;
const pauses = { least: 20, most: 500 } as const;

/** How long keys and login may take once the server speaks; an emulated machine on a busy host is slow. */
const loginPatience = 120_000;

/**
 * Connects to a machine's ssh server, and waits for one that is still booting. A server with another key than the pinned
 * one, and one that refuses the login, are final. Throws the signal's reason when that aborts.
 */
export async function connectSsh(
  address: SshAddress,
  { milliseconds, signal }: Patience,
): Promise<ConnectOutcome> {
  const deadline = performance.now() + milliseconds;
  let attempt = 0;
  for (;;) {
    const begun = performance.now();
    const socket = await connectToServer(address, growing(words, attempt), signal);
    if (socket !== undefined) {
      const outcome = await logIn(socket, address, signal);
      if (outcome.kind !== 'no-answer' || performance.now() > deadline) return outcome;
    }
    if (performance.now() > deadline) return { kind: 'no-answer', reason: 'its ssh server does not answer' };
    // Waiting for words was pause enough; a connection that is refused at once needs one.
    const rest = growing(pauses, attempt) - (performance.now() - begun);
    if (rest > 0) await pause(rest, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    attempt += 1;
  }
}

function growing(
  { least, most }: { readonly least: number; readonly most: number },
  attempt: number,
): number {
  return Math.min(most, least * 2 ** Math.min(attempt, 20));
}

async function logIn(socket: Socket, address: SshAddress, signal: AbortSignal): Promise<ConnectOutcome> {
  const ssh2 = await import('ssh2');
  const end = (): void => {
    socket.destroy();
  };
  if (signal.aborted) end();
  signal.throwIfAborted();
  const pinned = address.hostKey === undefined ? undefined : parsePublicKey(address.hostKey);
  if (address.hostKey !== undefined && pinned === undefined) {
    end();
    return { kind: 'refused', reason: "the recorded ssh host key isn't one" };
  }
  const client = new ssh2.Client();
  const server = new ServerKey(pinned);
  const outcome = outcomeOf(client, { socket, server, user: address.user });
  signal.addEventListener('abort', end, { once: true });
  try {
    client.connect({
      sock: socket,
      username: address.user,
      privateKey: address.privateKey,
      authHandler: ['publickey'],
      algorithms: algorithms(pinned),
      hostVerifier: server.accepts,
      readyTimeout: loginPatience,
      keepaliveInterval: keepalive.milliseconds,
      keepaliveCountMax: keepalive.count,
    });
    holdToBounds(client, socket);
    const result = await outcome;
    if (result.kind !== 'connected') end();
    return result;
  } finally {
    signal.removeEventListener('abort', end);
    signal.throwIfAborted();
  }
}

/** The key that a server shows, held against the pinned one where there is one. */
class ServerKey {
  shown = '';
  isStrange = false;
  readonly #pinned: PublicKey | undefined;

  constructor(pinned: PublicKey | undefined) {
    this.#pinned = pinned;
  }

  readonly accepts = (key: Buffer): boolean => {
    this.shown = writePublicKey(key);
    this.isStrange = this.#pinned !== undefined && !key.equals(this.#pinned.blob);
    return !this.isStrange;
  };
}

interface Login {
  readonly socket: Socket;
  readonly server: ServerKey;
  readonly user: string;
}

/** How a login ends that is about to begin. */
async function outcomeOf(client: Client, { socket, server, user }: Login): Promise<ConnectOutcome> {
  return new Promise((resolve) => {
    client.once('ready', () => {
      const connection = new SshConnection(client, socket);
      resolve({ kind: 'connected', connection, hostKey: server.shown });
    });
    client.on('error', (error: LoginError) => {
      resolve(
        server.isStrange
          ? { kind: 'refused', reason: "its ssh host key isn't the one that is recorded" }
          : problemOf(error, user),
      );
    });
    client.once('close', () => {
      resolve({ kind: 'no-answer', reason: 'its ssh server hung up' });
    });
  });
}

type LoginError = Error & { readonly level?: string };

function problemOf(error: LoginError, user: string): ConnectOutcome {
  if (error.level === 'client-authentication')
    return { kind: 'refused', reason: `it doesn't take the key of this workspace for "${user}"` };
  const words = lastLine(error.message);
  if (/no matching|algorithm/i.test(error.message)) return { kind: 'refused', reason: words };
  return { kind: 'no-answer', reason: `its ssh server hung up: ${words}` };
}

/** A machine that doesn't answer for this long is gone. */
const keepalive = { milliseconds: 15_000, count: 6 } as const;
