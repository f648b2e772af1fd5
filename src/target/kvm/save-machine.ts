import { createReadStream, createWriteStream } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { quoteWords } from '../../core/shell-quote.js';
import type { SshConnection } from '../ssh/connection.js';
import { runCommand } from '../ssh/run-command.js';
import { guardLoopback } from './guard-loopback.js';
import { freshOverlay } from './overlay.js';
import { reached } from './reached.js';
import { QemuFailure, RunningQemu } from './running-qemu.js';
import { placeState, removeState, sealState, stateFiles, type SavedState } from './saved-state.js';
import { qemuStart, type Startable } from './startable.js';
import { makingFolder } from './states-folder.js';

/**
 * Boots a machine of its own from the base image and saves it as soon as its guest answers, kept from the host's loopback.
 * Throws {@link QemuFailure}, or the signal's reason; then nothing is left.
 */
export async function saveMachine(startable: Startable, name: string): Promise<SavedState> {
  const { host, files } = startable;
  const { cache } = host.settings;
  const state = stateFiles(await makingFolder(cache));
  try {
    await freshOverlay(state.disk, files.image, host.signal);
    const qemu = await RunningQemu.start(
      qemuStart(startable, {
        disk: state.disk,
        memoryFile: { path: state.memory, shared: true },
        resumes: false,
        // Nobody attaches to it.
        state: `${state.folder}/none`,
      }),
    );
    const { connection } = await reached(qemu, startable);
    await saved(qemu, connection, state, host.signal);
    await chmod(state.memory, 0o600);
    await sealState(state);
    return await placeState(state, cache, name);
  } catch (error) {
    await removeState(state);
    host.signal.throwIfAborted();
    throw error;
  }
}

/** Saves all but the memory, which is in its file already. */
async function saved(
  qemu: RunningQemu,
  connection: SshConnection,
  state: SavedState,
  signal: AbortSignal,
): Promise<void> {
  const abort = (): void => void qemu.session.kill();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await settled(connection, signal);
    await qemu.ask('stop');
    await sendDevices(qemu, state.devices);
    await qemu.quit();
  } catch (error) {
    await qemu.session.kill();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Brings a guest that has just booted into the state that all targets begin in. */
async function settled(connection: SshConnection, signal: AbortSignal): Promise<void> {
  const problem = await guardLoopback(connection, false, signal);
  if (problem !== undefined) throw new QemuFailure(problem);
  const line = quoteWords(['sh', '-c', warmUp]);
  await runCommand(connection, line, { signal, stdout: 'ignore', stderr: 'ignore' });
  // The guest has heard of the end when its side of the connection is gone.
  await connection.end();
}

async function sendDevices(qemu: RunningQemu, path: string): Promise<void> {
  await migrationSet(qemu);
  const completed = migrated(qemu);
  const server = createServer();
  const written = new Promise<void>((resolve, reject) => {
    server.once('connection', (socket) => {
      pipeline(socket, createWriteStream(path, { mode: 0o600 })).then(resolve, reject);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(qemu.folder.state, resolve);
  });
  try {
    await qemu.ask('migrate', { uri: `unix:${qemu.folder.state}` });
    await Promise.all([completed, written]);
  } finally {
    server.close();
  }
}

/** What every build begins with: a saved machine has these programs in its memory. */
const warmUp = `
chroot --userspec=1000:1000 --groups=1000 / /bin/sh -c 'cd / && exec /usr/bin/env -i bash -c true'
perl -e 1; ip rule; date; tar --version; apt-get --version; dpkg --version; setarch x86_64 true; cat /etc/passwd
sync`;

/** Loads a saved machine into a QEMU that waits for one, and lets it go on. */
export async function resumeInto(qemu: RunningQemu, state: SavedState): Promise<void> {
  await migrationSet(qemu);
  const completed = migrated(qemu);
  // It may end before anybody asks.
  completed.catch(() => undefined);
  await qemu.ask('migrate-incoming', { uri: `unix:${qemu.folder.state}` });
  await pipeline(createReadStream(state.devices), connect(qemu.folder.state));
  await completed;
  await qemu.ask('cont');
}

/** The memory is in its file, so the stream leaves it out; and QEMU tells how it goes. */
async function migrationSet(qemu: RunningQemu): Promise<void> {
  const capabilities = ['x-ignore-shared', 'events'].map((capability) => ({ capability, state: true }));
  await qemu.ask('migrate-set-capabilities', { capabilities });
}

async function migrated(qemu: RunningQemu): Promise<void> {
  const over = await qemu.event('MIGRATION', ({ status }) => status === 'completed' || status === 'failed');
  if (over['status'] !== 'completed') throw new QemuFailure('its state can not be moved');
}
