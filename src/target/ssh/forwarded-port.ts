import type { Duplex } from 'node:stream';
import type { AcceptConnection, Client, ClientChannel, RejectConnection, TcpConnectionDetails } from 'ssh2';
import type { GuestService } from '../guest-service.js';

const loopback = '127.0.0.1';

/** How many connections are held at once: everything in the machine may make as many as it likes. */
const mostConnections = 64;

/**
 * Has the machine's ssh server listen on a port of its own loopback, and hands each connection to `accept`. One too many
 * is refused, and the server closes it; so is one that comes when nobody serves any more.
 */
export async function forwardedPort(
  client: Client,
  accept: (connection: Duplex) => void,
): Promise<GuestService> {
  const channels = new Set<ClientChannel>();
  let serves = true;
  const hear: HearConnection = (take, refuse) => {
    if (!serves || channels.size >= mostConnections) {
      refuse();
      return;
    }
    const channel = take();
    channels.add(channel);
    channel.once('close', () => channels.delete(channel));
    accept(channel);
  };
  const { port, stopHearing } = await listening(client, hear);
  return {
    address: `${loopback}:${String(port)}`,
    [Symbol.asyncDispose]: async () => {
      serves = false;
      for (const channel of channels) channel.close();
      // Of a port that the server keeps, connections would be kept that nobody refuses.
      if (await unlistened(client, port)) stopHearing();
    },
  };
}

type HearConnection = (take: AcceptConnection<ClientChannel>, refuse: RejectConnection) => void;

interface Listening {
  readonly port: number;
  readonly stopHearing: () => void;
}

/** Has the server listen. A first connection may come with its answer, so that they are heard from then on. */
async function listening(client: Client, hear: HearConnection): Promise<Listening> {
  return untilClosed(client, (resolve, reject) => {
    client.forwardIn(loopback, 0, (error, port) => {
      if (error !== undefined) {
        reject(error);
        return;
      }
      const connected = ({ destPort }: TcpConnectionDetails, ...ways: Parameters<HearConnection>): void => {
        if (destPort === port) hear(...ways);
      };
      client.on('tcp connection', connected);
      resolve({ port, stopHearing: () => client.off('tcp connection', connected) });
    });
  });
}

/** Whether the server has given a port back. A connection that has ended has taken the port with it. */
async function unlistened(client: Client, port: number): Promise<boolean> {
  return untilClosed<boolean>(client, (resolve) => {
    client.unforwardIn(loopback, port, (error?: Error | null) => {
      resolve(error === undefined || error === null);
    });
  }).catch(() => true);
}

/** What the server answers; rejects when the connection ends before. */
async function untilClosed<T>(
  client: Client,
  ask: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  let ended: () => void = () => undefined;
  const answer = new Promise<T>((resolve, reject) => {
    ended = (): void => {
      reject(new Error('the connection ended'));
    };
    client.once('close', ended);
    ask(resolve, reject);
  });
  return answer.finally(() => client.off('close', ended));
}
