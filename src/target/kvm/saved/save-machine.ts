import { chmod } from 'node:fs/promises';
import { quoteWords } from '../../../core/processes/shell-quote.js';
import type { SshConnection } from '../../ssh/connection.js';
import { runCommand } from '../../ssh/run-command.js';
import { guardLoopback } from '../guard-loopback.js';
import { askGuest, writeKnownGuest, type KnownGuest } from './known-guest.js';
import { sendDevices } from '../qemu/migration.js';
import { freshOverlay } from '../overlay.js';
import { reached, type Up } from '../reached.js';
import { QemuFailure, RunningQemu } from '../qemu/running-qemu.js';
import { dropState, placeState, sealState, stateFiles, type SavedState } from './saved-state.js';
import { qemuStart, type Startable } from '../qemu/startable.js';
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
        layer: undefined,
        memoryFile: { path: state.memory, shared: true },
        resumes: false,
        // Nobody attaches to it.
        state: `${state.folder}/none`,
      }),
    );
    const { connection } = await reached(qemu, startable);
    await saved(state, { qemu, connection }, host.signal);
    await chmod(state.memory, 0o600);
    await sealState(state);
    return await placeState(state, cache, name);
  } catch (error) {
    await dropState(state);
    host.signal.throwIfAborted();
    throw error;
  }
}

/** Saves all but the memory, which is in its file already. */
async function saved(
  state: SavedState,
  { qemu, connection }: Pick<Up, 'qemu' | 'connection'>,
  signal: AbortSignal,
): Promise<void> {
  const abort = (): void => void qemu.session.kill();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await writeKnownGuest(state.guest, await settled(connection, signal));
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
async function settled(connection: SshConnection, signal: AbortSignal): Promise<KnownGuest> {
  const problem = await guardLoopback(connection, false, signal);
  if (problem !== undefined) throw new QemuFailure(problem);
  const line = quoteWords(['sh', '-c', warmUp]);
  await runCommand(connection, line, { signal, stdout: 'ignore', stderr: 'ignore' });
  const known = await askGuest(connection, signal);
  // The guest has heard of the end when its side of the connection is gone.
  await connection.end();
  return known;
}

/** What every build begins with: a saved machine has these programs in its memory. */
export const warmUp = `
chroot --userspec=1000:1000 --groups=1000 / /bin/sh -c 'cd / && exec /usr/bin/env -i bash -c true'
perl -e 1; ip route; date; tar --version; apt-get --version; dpkg --version; setarch x86_64 true
sync`;
