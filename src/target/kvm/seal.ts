import { chmod, rename } from 'node:fs/promises';
import type { SealedLayer } from '../layers.js';
import { imageEnding } from './base-files.js';
import { dropLayer, layerBytes, newLayer } from './layer-files.js';
import { moveMachine, sendDevices } from './qemu/migration.js';
import { freshOverlay } from './overlay.js';
import { RunningQemu } from './qemu/running-qemu.js';
import type { SavedState } from './saved/saved-state.js';
import { qemuStart, type Startable } from './qemu/startable.js';
import { hasRoom } from './saved/states-folder.js';

/**
 * Saves a machine that has no connection any more as the layer that its target lies over from now on, and ends it. The
 * memory of a running machine is in no file, so it is moved into a second QEMU, which has one. Memory that the guest's
 * file caches or nothing uses is saved too: to clear it would take an emulated guest much longer than it takes to be
 * written.
 */
export async function sealMachine(startable: Startable, qemu: RunningQemu): Promise<SealedLayer> {
  const { spec, host } = startable;
  const { workspace, signal } = host;
  const disk = workspace.target(spec, imageEnding);
  const layer = await newLayer(disk);
  try {
    await qemu.ask('stop');
    // Without its memory a layer boots, which takes longer.
    if (await hasRoom(layer.folder, spec.memory)) await moveInto(layer, startable, qemu);
    await qemu.quit();
    // Moved last: without it the layer isn't whole.
    await rename(disk, layer.disk);
    await freshOverlay(disk, layer.disk, signal);
    return { folder: layer.folder, bytes: await layerBytes(layer) };
  } catch (error) {
    await dropLayer(disk);
    signal.throwIfAborted();
    throw error;
  }
}

async function moveInto(layer: SavedState, startable: Startable, qemu: RunningQemu): Promise<void> {
  const { spec, host } = startable;
  const second = await RunningQemu.start(
    // It sends nothing: it never goes on.
    qemuStart(
      { ...startable, network: { kind: 'host' } },
      {
        disk: host.workspace.target(spec, imageEnding),
        layer: undefined,
        memoryFile: { path: layer.memory, shared: true },
        resumes: true,
        // Nobody attaches to it.
        state: `${layer.folder}/none`,
      },
    ),
  );
  const abort = (): void => {
    void second.session.kill();
    void qemu.session.kill();
  };
  host.signal.addEventListener('abort', abort, { once: true });
  try {
    if (host.signal.aborted) abort();
    await moveMachine(qemu, second);
    await sendDevices(second, layer.devices);
    await second.quit();
    await chmod(layer.memory, 0o600);
  } catch (error) {
    await second.session.kill();
    throw error;
  } finally {
    host.signal.removeEventListener('abort', abort);
  }
}
