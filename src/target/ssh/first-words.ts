import { connect, type Socket } from 'node:net';

/**
 * Opens a connection and waits for the server's first words, so that a port behind which nothing listens yet is told from
 * a server that is slow; the words are put back for whoever reads next. Undefined when none came in `milliseconds`.
 */
export async function connectToServer(
  address: { readonly host: string; readonly port: number },
  milliseconds: number,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  const socket = connect({ host: address.host, port: address.port, noDelay: true });
  const ended = new Promise<undefined>((resolve) => {
    socket.once('close', () => {
      resolve(undefined);
    });
  });
  // Whatever goes wrong, the end follows.
  socket.on('error', () => undefined);
  const end = (): void => {
    socket.destroy();
  };
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener('abort', end, { once: true });
  try {
    const spoke = new Promise<Buffer | null>((resolve) => {
      socket.once('readable', () => {
        resolve(socket.read() as Buffer | null);
      });
    });
    const words = await Promise.race([spoke, ended]);
    if (words === undefined || words === null) {
      end();
      return undefined;
    }
    socket.unshift(words);
    return socket;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    signal.throwIfAborted();
  }
}
