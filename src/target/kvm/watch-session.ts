import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { RunFolder } from './run-folder.js';

/** A look at a session that this process didn't start, until it is disposed of. */
export interface WatchedSession extends Disposable {
  /** Resolves when the session has ended, and its QEMU before it; at once where it had. */
  readonly over: Promise<void>;
}

/** Watches a session: it has ended when nobody holds its FIFO open for writing any more. */
export function watchSession({ alive }: RunFolder): WatchedSession {
  const fd = opened(alive);
  if (fd === undefined) return { over: Promise.resolve(), [Symbol.dispose]: () => undefined };
  const socket = new Socket({ fd, readable: true, writable: false });
  const over = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
    socket.on('error', () => undefined);
    socket.resume();
  });
  return { over, [Symbol.dispose]: () => socket.destroy() };
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
