import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { failure } from '../../../core/errors/gitian-error.js';
import { packageFile } from '../../../core/package-files.js';
import type { Privilege } from '../../../core/processes/privilege.js';
import { lastLine, start, type RunningProcess } from '../../../core/processes/process.js';
import type { ProcessIdentity } from '../../../core/processes/process-identity.js';
import type { GuestService } from '../../guest-service.js';

/** Whose network it is. */
export interface ServedContainer {
  readonly name: string;
  readonly init: ProcessIdentity;
  readonly privilege: Privilege;
}

/** The longest path that a socket can have, in bytes. */
const longestSocket = 107;

/**
 * Lets a container reach this process without a way to anything else: a forwarder listens in the container's network
 * and speaks to a socket in a private folder of the host's file system, which the container doesn't see.
 */
export async function serveContainer(
  container: ServedContainer,
  accept: (connection: Duplex) => void,
): Promise<GuestService> {
  const folder = await privateFolder(container.name);
  try {
    return await serveIn(folder, container, accept);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function serveIn(
  folder: string,
  container: ServedContainer,
  accept: (connection: Duplex) => void,
): Promise<GuestService> {
  const path = join(folder, 's');
  const sockets = new Set<Socket>();
  const server = await listening(path, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    accept(socket);
  });
  const stopListening = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  try {
    const { port, ended, end } = await forwarded(container, path);
    let closed: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      end();
      stopListening();
      await ended;
      await rm(folder, { recursive: true, force: true });
    };
    return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => (closed ??= close()) };
  } catch (error) {
    stopListening();
    throw error;
  }
}

/** A forwarder that listens. */
interface Forwarder {
  readonly port: string;
  readonly ended: Promise<unknown>;
  readonly end: () => void;
}

async function forwarded(container: ServedContainer, path: string): Promise<Forwarder> {
  const program = forwarderProgram(container, path);
  const forwarder = start(container.privilege.asRoot(program));
  forwarder.stdin?.on('error', () => undefined);
  const { ended } = forwarder;
  const port = await firstLine(forwarder);
  if (port !== undefined) return { port, ended, end: () => forwarder.stdin?.end() };
  const { stderr, exitCode } = await ended;
  await container.privilege.demandAllowed(program, exitCode);
  throw failure('process-failed', { program: 'forward.sh', outcome: 'ended', words: lastLine(stderr) });
}

async function privateFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  if (Buffer.byteLength(join(folder, 's')) <= longestSocket) return folder;
  await rm(folder, { recursive: true });
  return mkdtemp(`/tmp/${name}-`);
}

async function listening(path: string, accept: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, accept);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  return server;
}

function forwarderProgram(
  { init, name }: ServedContainer,
  path: string,
): { program: string; args: string[]; stdin: 'pipe'; check: false } {
  const ids = [process.getuid?.() ?? 0, process.getgid?.() ?? 0].map(String);
  const args = [
    packageFile('share/lxc/forward.sh'),
    ...[String(init.pid), init.startTime],
    ...[...ids, path, name],
  ];
  return { program: 'sh', args, stdin: 'pipe', check: false };
}

/** The port, or undefined when it ends before it listens. */
async function firstLine({ stdout, ended }: RunningProcess): Promise<string | undefined> {
  if (stdout === null) return undefined;
  const line = new Promise<string>((resolve) => {
    createInterface({ input: stdout }).once('line', resolve);
  });
  return Promise.race([line, ended.then(() => undefined)]);
}
