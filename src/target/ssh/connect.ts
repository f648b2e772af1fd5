import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { lastLine } from '../../core/process.js';
import { parsePublicKey, writePublicKey, type SshAddress } from './address.js';
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
  const { Client } = await import('ssh2');
  if (signal.aborted) socket.destroy();
  signal.throwIfAborted();
  const pinned = address.hostKey === undefined ? undefined : parsePublicKey(address.hostKey);
  if (address.hostKey !== undefined && pinned === undefined) {
    socket.destroy();
    return { kind: 'refused', reason: "the recorded ssh host key isn't one" };
  }
  const client = new Client();
  let strange = false;
  let hostKey = '';
  const outcome = new Promise<ConnectOutcome>((resolve) => {
    client.once('ready', () => {
      resolve({ kind: 'connected', connection: new SshConnection(client, socket), hostKey });
    });
    client.on('error', (error: Error & { level?: string }) => {
      if (strange) resolve({ kind: 'refused', reason: "its ssh host key isn't the one that is recorded" });
      else if (error.level === 'client-authentication')
        resolve({
          kind: 'refused',
          reason: `it doesn't take the key of this workspace for "${address.user}"`,
        });
      else if (/no matching|algorithm/i.test(error.message))
        resolve({ kind: 'refused', reason: lastLine(error.message) });
      else resolve({ kind: 'no-answer', reason: `its ssh server hung up: ${lastLine(error.message)}` });
    });
    client.once('close', () => {
      resolve({ kind: 'no-answer', reason: 'its ssh server hung up' });
    });
  });
  const end = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    client.connect({
      sock: socket,
      username: address.user,
      privateKey: address.privateKey,
      authHandler: ['publickey'],
      algorithms: algorithms(pinned),
      hostVerifier: (key: Buffer) => {
        hostKey = writePublicKey(key);
        strange = pinned !== undefined && !key.equals(pinned.blob);
        return !strange;
      },
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

/** A machine that doesn't answer for this long is gone. */
const keepalive = { milliseconds: 15_000, count: 6 } as const;
