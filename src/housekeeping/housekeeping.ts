import { join } from 'node:path';
import { byBytes } from '../core/words/bytes-order.js';
import { failure, isFailure } from '../core/errors/gitian-error.js';
import { lockWorkspace } from '../core/locks/workspace-lock.js';
import type { Workspace } from '../core/workspace.js';
import { emptyCache, measureCache, removeUnfinished } from '../packages/cache/whole-cache.js';
import { LayerStore } from '../packages/layers/layer-store.js';
import type { KeptByBackend } from '../target/kept.js';
import { keptByBackends } from '../target/registry.js';
import type { KeptThing } from './kept-thing.js';
import { Removal } from './removal.js';
import { listTargets, removeTarget, removeUnfinishedTargets } from './targets.js';

/** The names of what stays, and who works in the workspace where that is why. */
interface Unremoved {
  readonly left: readonly string[];
  readonly busy: string | undefined;
}

/** What is kept for a user, in all workspaces and in this one. */
export class Housekeeping {
  readonly #workspace: Workspace;
  readonly #layers: LayerStore;
  readonly #packages: string;
  readonly #backends: Promise<KeptByBackend[]>;
  readonly #removal = new Removal();

  /** `folder` is the user's folder for caches. */
  constructor(folder: string, workspace: Workspace) {
    this.#workspace = workspace;
    this.#layers = new LayerStore(join(folder, 'layers'), this.#removal.discard);
    this.#packages = join(folder, 'packages');
    this.#backends = keptByBackends(folder);
  }

  /** Everything that is kept: layers, saved machines, the package cache as one, and this workspace's targets. */
  async list(): Promise<KeptThing[]> {
    const things = await Promise.all([
      this.#listLayers(),
      this.#listMachines(),
      this.#listPackages(),
      listTargets(this.#workspace),
    ]);
    return things.flat();
  }

  /**
   * Removes things by their names. Throws `cache-name-unknown` before anything is removed, and `cache-in-use` with those
   * that were left because a target that is up uses them, or a command that works in the workspace; `cache-left` as
   * {@link Removal.end} does.
   */
  async remove(names: readonly string[]): Promise<void> {
    const things = await this.list();
    const unknown = names.filter((name) => !things.some((thing) => thing.name === name));
    if (unknown.length > 0) throw failure('cache-name-unknown', { names: unknown });
    const unremoved = await this.#removeUnused(things.filter(({ name }) => names.includes(name)));
    await this.#removal.end();
    demandNothingLeft(unremoved);
  }

  /** Removes everything that isn't in use. Throws `cache-in-use` with what was left. */
  async removeAll(): Promise<void> {
    const unremoved = await this.#removeUnused(await this.list());
    await this.#removeUnfinished();
    await this.#removal.end();
    demandNothingLeft(unremoved);
  }

  /** Removes the layers that were not used for the longest time until all are at most this big. */
  async shrinkLayers(bytes: number): Promise<void> {
    await this.#layers.shrink(bytes);
    await this.#removal.end();
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
      const targets = (await listTargets(this.#workspace)).filter(({ name }) => names.includes(name));
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
        for (const backend of await this.#backends) await backend.removeMachine(name);
        return true;
      case 'packages':
        await emptyCache(this.#packages);
        return true;
      case 'target': {
        const target = join(this.#workspace.root, name);
        await removeTarget(target, this.#removal.discard);
        // What a machine's disk lies over is nothing without it.
        for (const backend of await this.#backends) await backend.removeBeside(target);
        return true;
      }
    }
  }

  /** Removes what processes that were killed have left while they removed something. */
  async #removeUnfinished(): Promise<void> {
    for (const backend of await this.#backends) await backend.removeAbandoned();
    this.#layers.tidy();
    await removeUnfinished(this.#packages);
    await removeUnfinishedTargets(this.#workspace, this.#removal.discard);
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

  /** A target that began from one goes on, so that they can be removed at any time. */
  async #listMachines(): Promise<KeptThing[]> {
    const kept = await Promise.all((await this.#backends).map(async (backend) => backend.machines()));
    const machines = kept.flat().sort((a, b) => byBytes(a.name, b.name));
    return machines.map((machine) => ({ kind: 'machine', ...machine, inUse: false }));
  }

  async #listPackages(): Promise<KeptThing[]> {
    const whole = await measureCache(this.#packages);
    return whole === undefined ? [] : [{ kind: 'packages', name: 'packages', ...whole, inUse: false }];
  }
}

function demandNothingLeft({ left, busy }: Unremoved): void {
  if (left.length > 0) throw failure('cache-in-use', { names: left, busy });
}
