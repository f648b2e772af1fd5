import { rm, open } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';

/** The right to fetch a file, which ends with the process that has it. */
export type Claim = AsyncDisposable;

/** The longest path that a socket can have, in bytes. */
const longestSocket = 100;

/**
 * Claims the name `path` among the processes of this host, or waits until the one that has it is done or dead and then
 * returns undefined. A claim is a socket that its holder listens on: however the holder ends, who waits at it hears that
 * at once, and there is nothing to poll. It saves downloads and guards nothing: where sockets can't be made, every
 * process claims for itself.
 */
export async function claim(path: string, signal: AbortSignal): Promise<Claim | undefined> {
  await using folder = await shortened(path);
  for (let attempt = 0; attempt < 3; attempt++) {
    signal.throwIfAborted();
    const server = await listen(folder.path);
    if (server === undefined) return nobody;
    if (server !== 'in use') return held(server, path);
    if (await waited(folder.path, signal)) return undefined;
    // Its holder was killed.
    await rm(path, { force: true });
  }
  return nobody;
}

const nobody: Claim = { [Symbol.asyncDispose]: () => Promise.resolve() };

/** A path that fits a socket's address, by way of the folder's own file descriptor where it is too long. */
async function shortened(path: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const asItIs = { path, [Symbol.asyncDispose]: () => Promise.resolve() };
  if (Buffer.byteLength(path) <= longestSocket || process.platform !== 'linux') return asItIs;
  const folder = await open(dirname(path));
  return {
    path: `/proc/self/fd/${String(folder.fd)}/${basename(path)}`,
    [Symbol.asyncDispose]: async () => folder.close(),
  };
}

async function listen(path: string): Promise<Server | 'in use' | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code === 'EADDRINUSE' ? 'in use' : undefined);
    });
    server.listen(path, () => {
      resolve(server);
    });
  });
}

function held(server: Server, path: string): Claim {
  const waiting = new Set<Socket>();
  server.on('connection', (socket) => {
    waiting.add(socket);
    socket.on('error', () => undefined).resume();
    socket.once('close', () => waiting.delete(socket));
  });
  return {
    [Symbol.asyncDispose]: async () => {
      server.close();
      await rm(path, { force: true });
      for (const socket of waiting) socket.destroy();
    },
  };
}

/** Waits until the holder ends; false when there is none. */
async function waited(path: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let there = false;
    const socket = connect({ path, signal });
    socket.once('connect', () => {
      there = true;
    });
    socket.on('error', () => undefined).resume();
    socket.once('close', () => {
      if (signal.aborted) reject(signal.reason as Error);
      else resolve(there);
    });
  });
}
