import { createReadStream, createWriteStream } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { QemuFailure, type RunningQemu } from './running-qemu.js';

/** What a QEMU is needed for here. */
export type Migrating = Pick<RunningQemu, 'ask' | 'event' | 'folder'>;

/** Writes all of a machine but its memory, which is in its file already, to a file. The machine has to stand still. */
export async function sendDevices(qemu: Migrating, path: string): Promise<void> {
  await setMigration(qemu, { withMemory: false });
  const uri = `unix:${qemu.folder.state}`;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(qemu.folder.state, resolve);
  });
  try {
    // At once: any of them may fail while the others are waited for.
    await Promise.all([migrated(qemu), writtenTo(path, server), qemu.ask('migrate', { uri })]);
  } finally {
    server.close();
  }
}

async function writtenTo(path: string, server: Server): Promise<void> {
  const socket = await new Promise<Socket>((resolve) => {
    server.once('connection', resolve);
  });
  await pipeline(socket, createWriteStream(path, { mode: 0o600 }));
}

/** Loads what {@link sendDevices} wrote into a QEMU that waits for it. */
export async function loadDevices(qemu: Migrating, path: string): Promise<void> {
  await setMigration(qemu, { withMemory: false });
  const completed = migrated(qemu);
  // It may end before anybody asks.
  completed.catch(() => undefined);
  await qemu.ask('migrate-incoming', { uri: `unix:${qemu.folder.state}` });
  const socket = connect(qemu.folder.state);
  socket.on('error', () => undefined);
  try {
    // QEMU may hang up as soon as it has what it needs; whether it has it, the migration's end tells.
    await pipeline(createReadStream(path), socket).catch(() => undefined);
    await completed;
  } finally {
    // Its other half would stay open, and this process alive.
    socket.destroy();
  }
}

/** Moves a machine that stands still, memory and all, into a QEMU that waits for it. */
export async function moveMachine(from: Migrating, to: Migrating): Promise<void> {
  const uri = `unix:${to.folder.state}`;
  await Promise.all([from, to].map(async (qemu) => setMigration(qemu, { withMemory: true })));
  const completed = Promise.all([migrated(from), migrated(to)]);
  completed.catch(() => undefined);
  await to.ask('migrate-incoming', { uri });
  await from.ask('migrate', { uri });
  await completed;
}

/** By default QEMU leaves room for others on the wire, of which there is none; in bytes per second. */
const bandwidth = 64 * 2 ** 30;

async function setMigration(
  qemu: Migrating,
  { withMemory }: { readonly withMemory: boolean },
): Promise<void> {
  const capabilities = [
    { capability: 'x-ignore-shared', state: !withMemory },
    { capability: 'events', state: true },
  ];
  await qemu.ask('migrate-set-capabilities', { capabilities });
  await qemu.ask('migrate-set-parameters', { 'max-bandwidth': bandwidth });
}

async function migrated(qemu: Migrating): Promise<void> {
  const over = await qemu.event('MIGRATION', ({ status }) => status === 'completed' || status === 'failed');
  if (over['status'] !== 'completed') throw new QemuFailure("its state can't be moved");
}
