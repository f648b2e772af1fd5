import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { byBytes } from '../../core/bytes-order.js';
import { failure, isFailure } from '../../core/errors/gitian-error.js';
import { exists } from '../../core/exists.js';
import { leftovers, removeLeftovers } from '../../core/leftovers.js';
import { uniqueMark } from '../../core/owner-mark.js';
import { run } from '../../core/process.js';
import { saysMissing } from '../../core/system-words.js';
import { lockWorkspace } from '../../core/workspace-lock.js';
import { suiteArch, type Workspace } from '../../core/workspace.js';
import { dropLayer, layerPath } from '../../target/kvm/layer-files.js';
import { removeState, stateFiles } from '../../target/kvm/saved-state.js';
import { listStates, removeAbandoned, statesFolder } from '../../target/kvm/states-folder.js';
import { liveState } from '../../target/state.js';
import { removed, removedFolder } from '../cache/tidy.js';
import { LayerStore } from '../layers/layer-store.js';
import { removeLater } from '../layers/remove-later.js';
import type { KeptThing } from './kept-thing.js';

/** A target's folder or disk, or the layer that a disk lies over; and what names of those begin with that are being removed. */
const targetPart = /^(target-[^.]+(?:\.qcow2|\.vdi)?)(?:\.layer)?$/;
const removedTarget = /^target-[^.]+(?:\.qcow2|\.vdi)?\.old-/;

/** The names of what stays, and who works in the workspace where that is why. */
interface Unremoved {
  readonly left: readonly string[];
  readonly busy: string | undefined;
}

/** What is kept for a user, in all workspaces and in this one. */
export class Housekeeping {
  readonly #folder: string;
  readonly #workspace: Workspace;
  readonly #layers: LayerStore;

  /** `folder` is the user's folder for caches. */
  constructor(folder: string, workspace: Workspace) {
    this.#folder = folder;
    this.#workspace = workspace;
    this.#layers = new LayerStore(join(folder, 'layers'));
  }

  /** Everything that is kept: layers, saved machines, the package cache as one, and this workspace's targets. */
  async list(): Promise<KeptThing[]> {
    const things = await Promise.all([
      this.#listLayers(),
      this.#listMachines(),
      this.#listPackages(),
      this.#listTargets(),
    ]);
    return things.flat();
  }

  /**
   * Removes things by their names. Throws `cache-name-unknown` before anything is removed, and `cache-in-use` with those
   * that were left because a target that is up uses them, or a command that works in the workspace.
   */
  async remove(names: readonly string[]): Promise<void> {
    const things = await this.list();
    const unknown = names.filter((name) => !things.some((thing) => thing.name === name));
    if (unknown.length > 0) throw failure('cache-name-unknown', { names: unknown });
    demandNothingLeft(await this.#removeUnused(things.filter(({ name }) => names.includes(name))));
  }

  /** Removes everything that isn't in use. Throws `cache-in-use` with what was left. */
  async removeAll(): Promise<void> {
    const unremoved = await this.#removeUnused(await this.list());
    await this.#removeUnfinished();
    demandNothingLeft(unremoved);
  }

  /** Removes the layers that were not used for the longest time until all are at most this big. */
  async shrinkLayers(bytes: number): Promise<void> {
    await this.#layers.shrink(bytes);
  }

  async #removeUnused(things: readonly KeptThing[]): Promise<Unremoved> {
    const left: string[] = [];
    for (const thing of things.filter(({ kind }) => kind !== 'target')) {
      if (thing.inUse || !(await this.#remove(thing))) left.push(thing.name);
    }
    const targets = things.filter(({ kind }) => kind === 'target').map(({ name }) => name);
    if (targets.length === 0) return { left, busy: undefined };
    const { left: leftTargets, busy } = await this.#removeTargets(targets);
    return { left: [...left, ...leftTargets], busy };
  }

  /** Whoever holds the workspace may be about to start a target, or to make a layer of one. */
  async #removeTargets(names: readonly string[]): Promise<Unremoved> {
    try {
      await using _lock = await lockWorkspace(this.#workspace, 'gitian-cache remove');
      const targets = (await this.#listTargets()).filter(({ name }) => names.includes(name));
      const unused = targets.filter(({ inUse }) => !inUse);
      for (const target of unused) await this.#remove(target);
      return { left: targets.filter(({ inUse }) => inUse).map(({ name }) => name), busy: undefined };
    } catch (error) {
      if (!isFailure(error, 'workspace-busy')) throw error;
      return { left: names, busy: error.message };
    }
  }

  async #remove({ kind, name }: KeptThing): Promise<boolean> {
    switch (kind) {
      case 'layer':
        return this.#layers.remove(name);
      case 'machine':
        await removeState(stateFiles(join(statesFolder(this.#folder), name)));
        return true;
      case 'packages':
        await this.#removePackages();
        return true;
      case 'target': {
        const folder = join(this.#workspace.root, name);
        const aside = `${folder}.old-${uniqueMark()}`;
        await rename(folder, aside).catch(unlessMissing);
        removeLater(aside);
        // What a machine's disk lies over is nothing without it.
        await dropLayer(folder);
        return true;
      }
    }
  }

  /** Removes what processes that were killed have left while they removed something. */
  async #removeUnfinished(): Promise<void> {
    await removeAbandoned(this.#folder);
    this.#layers.tidy();
    await removeLeftovers(join(this.#folder, 'packages'), removed);
    const { root } = this.#workspace;
    const asides = (await readdir(root)).flatMap((name) => removedTarget.exec(name)?.[0] ?? []);
    for (const before of new Set(asides))
      for (const folder of leftovers(root, { before, after: '' })) removeLater(folder);
  }

  async #listLayers(): Promise<KeptThing[]> {
    const layers = (await this.#layers.list()).sort((a, b) => byBytes(a.name, b.name));
    const locked = await this.#layers.locked(layers.map(({ name }) => name));
    return layers.map(({ name, bytes, used }) => ({
      kind: 'layer',
      ...{ name, bytes, used },
      inUse: locked.has(name),
    }));
  }

  /** A target that went on from a saved machine has its files open, so that they can be removed at any time. */
  async #listMachines(): Promise<KeptThing[]> {
    const machines = (await listStates(this.#folder)).sort((a, b) => byBytes(a.name, b.name));
    return machines.map((machine) => ({ kind: 'machine', ...machine, inUse: false }));
  }

  /** The cache's own files, one by one: they are few and big. */
  async #listPackages(): Promise<KeptThing[]> {
    const content = join(this.#folder, 'packages', 'content');
    const files = await filesBelow(content);
    if (files.length === 0) return [];
    const found = await Promise.all(
      files.map(async (file) => stat(join(content, file)).catch(() => undefined)),
    );
    const bytes = found.reduce((sum, file) => sum + (file?.size ?? 0), 0);
    const used = Math.max(...found.map((file) => file?.atimeMs ?? 0));
    return [{ kind: 'packages', name: 'packages', bytes, used: new Date(used), inUse: false }];
  }

  /**
   * A build that goes on fetches anew what it doesn't find any more. Moved away as they are, since on a full disk no folder
   * can be made.
   */
  async #removePackages(): Promise<void> {
    const root = join(this.#folder, 'packages');
    for (const part of ['index', 'content']) {
      const trash = removedFolder(root);
      await rename(join(root, part), trash).catch(unlessMissing);
      await rm(trash, { recursive: true, force: true });
    }
  }

  /** A machine's disk may be gone, and its layer still be there, where a removal was killed. */
  async #listTargets(): Promise<KeptThing[]> {
    const { root } = this.#workspace;
    const up = await liveState(this.#workspace);
    const names = (await readdir(root)).flatMap((name) => targetPart.exec(name)?.[1] ?? []);
    return Promise.all(
      [...new Set(names)].sort(byBytes).map(async (name) => {
        const disk = join(root, name);
        const place = (await exists(disk)) ? disk : layerPath(disk);
        const found = await stat(place);
        const inUse = up !== undefined && name.startsWith(`target-${suiteArch(up.spec)}`);
        const size = found.isFile() ? { bytes: found.blocks * 512 } : await sizeOf(place);
        return { kind: 'target' as const, name, ...size, used: found.mtime, inUse };
      }),
    );
  }
}

function unlessMissing(error: unknown): void {
  if (!saysMissing(error)) throw error;
}

function demandNothingLeft({ left, busy }: Unremoved): void {
  if (left.length > 0) throw failure('cache-in-use', { names: left, busy });
}

/** The size of a folder; of a container's only root may read all of it. */
async function sizeOf(folder: string): Promise<Pick<KeptThing, 'bytes' | 'atLeast'>> {
  const args = ['--summarize', '--one-file-system', '--block-size=1', '--', folder];
  const { exitCode, stdout } = await run({ program: 'du', args, check: false });
  // What couldn't be read is left out of the sum.
  const bytes = Number.parseInt(stdout, 10);
  return Number.isNaN(bytes) ? { bytes: undefined } : { bytes, atLeast: exitCode !== 0 };
}

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
