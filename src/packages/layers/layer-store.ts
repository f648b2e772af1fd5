import { readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type GitianError } from '../../core/errors/gitian-error.js';
import { exists } from '../../core/files/exists.js';
import { holdFolder } from '../../core/locks/hold-folder.js';
import { saysNoLocks, type KeeperEnd } from '../../core/locks/lock-keeper.js';
import { bootId } from '../../core/processes/process-identity.js';
import { sha256 } from '../../core/files/hashing.js';
import { leftovers, type MarkedNames } from '../../core/files/leftovers.js';
import { uniqueMark } from '../../core/files/owner-mark.js';
import { makeFolder } from '../../core/files/make-folder.js';
import { saysMissing } from '../../core/words/system-words.js';
import { lastLine, leaveRunning, run } from '../../core/processes/process.js';
import type { ArchiveState } from './archive-state.js';
import { layerName } from './layer-key.js';
import {
  hasManifest,
  parseLayerRecord,
  type HeldLayer,
  type KeptLayer,
  type LayerRecord,
} from './layer-record.js';
import { removeLater, type Discard } from './remove-later.js';

/** What a layer is kept with. */
export interface NewLayer {
  readonly recipe: string;
  readonly archives: ArchiveState;
  /** The folder that it was sealed into; moved away from there. */
  readonly folder: string;
  readonly bytes: number;
  readonly manifest: string;
  readonly installLog: string;
}

/** A layer that was just kept, which nobody removes until it is disposed of. */
export interface HeldLayerFolder extends AsyncDisposable {
  readonly folder: string;
}

/** A layer in a list. */
export interface ListedLayer extends LayerRecord {
  readonly name: string;
  readonly used: Date;
}

const files = { record: 'layer.json', manifest: 'manifest', log: 'install.log', onDisk: 'on-disk' } as const;

/** Names of folders that are no layers yet, and no longer. */
const unlisted = {
  incoming: { before: '.incoming-', after: '' },
  removed: { before: '.removed-', after: '' },
} as const;

/** What flock exits with when somebody else has the lock. It is given folders with a slash: without, it makes a file where there is none. */
const inUse = 75;

/** A user's layers: a folder with one for each, which appears whole, by a rename, and never changes. */
export class LayerStore {
  readonly #root: string;
  readonly #discard: Discard;

  constructor(root: string, discard: Discard = removeLater) {
    this.#root = root;
    this.#discard = discard;
  }

  /** The layer of a recipe and a state of the archives; undefined where there is none. */
  async find(recipe: string, archives: ArchiveState): Promise<HeldLayer | undefined> {
    return this.#open(layerName(recipe, archives));
  }

  /** The layer of a recipe that was sealed last, whatever the archives were then. */
  async newest(recipe: string): Promise<HeldLayer | undefined> {
    const alike = (await this.list()).filter((layer) => layer.recipe === recipe);
    for (const { name } of alike.sort((a, b) => b.sealed.localeCompare(a.sealed, 'en'))) {
      const layer = await this.#open(name);
      if (layer !== undefined) return layer;
    }
    return undefined;
  }

  /** Notes that a layer is used now. */
  async use({ folder }: KeptLayer): Promise<void> {
    const now = new Date();
    await utimes(join(folder, files.record), now, now);
  }

  /**
   * Keeps a layer; undefined when another build was faster, or where the disk has no locks, and then the folder stays
   * where it was. `copy` brings it over from another file system.
   */
  async keep(
    layer: NewLayer,
    copy: (from: string, to: string) => Promise<void>,
  ): Promise<HeldLayerFolder | undefined> {
    const { recipe, archives, folder, bytes, manifest, installLog } = layer;
    const record: LayerRecord = {
      format: 1,
      recipe,
      archives,
      sealed: new Date().toISOString(),
      bytes,
      manifestSha256: sha256(manifest),
      boot: await bootId(),
    };
    const describe = async (place: string): Promise<void> => {
      await writeFile(join(place, files.manifest), manifest);
      await writeFile(join(place, files.log), installLog);
      await writeFile(join(place, files.record), `${JSON.stringify(record, undefined, 1)}\n`);
    };
    await makeFolder(this.#root, 0o700);
    this.tidy();
    await describe(folder);
    const place = join(this.#root, layerName(recipe, archives));
    const hold = await this.#moveIn(folder, place, async (to) =>
      copy(folder, to).then(async () => describe(to)),
    );
    if (hold === undefined) return undefined;
    noteOnDisk(place);
    return { folder: place, [Symbol.asyncDispose]: () => hold[Symbol.asyncDispose]() };
  }

  /** All layers, in no order. Reads no more than their records. */
  async list(): Promise<ListedLayer[]> {
    const names = await this.#names();
    const found = await Promise.all(
      names.filter((name) => !name.startsWith('.')).map(async (name) => this.#listed(name)),
    );
    return found.filter((layer) => layer !== undefined);
  }

  /** Those of these layers that a target which is up uses. */
  async locked(names: readonly string[]): Promise<ReadonlySet<string>> {
    if (names.length === 0) return new Set();
    const script =
      'taken=$1; shift; for name; do flock --exclusive --nonblock --conflict-exit-code "$taken" -- "$name/" true; [ $? != "$taken" ] || printf "%s\\n" "$name"; done';
    const args = ['-c', script, 'sh', String(inUse), ...names];
    const { stdout } = await run({ program: 'sh', args, cwd: this.#root });
    return new Set(stdout.split('\n').filter(Boolean));
  }

  /** Removes a layer unless a target that is up uses it; whether it did. Throws `not-writable`, `locks-missing`. */
  async remove(name: string): Promise<boolean> {
    const place = join(this.#root, name);
    const trash = this.#aside(unlisted.removed);
    const lock = ['--exclusive', '--nonblock', '--conflict-exit-code', String(inUse), '--', `${place}/`];
    const { exitCode, stderr } = await run({
      program: 'flock',
      args: [...lock, 'mv', '-T', '--', place, trash],
      check: false,
    });
    if (exitCode === inUse) return false;
    if (exitCode !== 0 && (await exists(place))) throw cantRemove(place, { exitCode, stderr });
    this.#discard(trash);
    return true;
  }

  /** Removes the layers that were not used for the longest time until the rest is no bigger than `bytes`. */
  async shrink(bytes: number): Promise<void> {
    const layers = (await this.list()).sort((a, b) => a.used.getTime() - b.used.getTime());
    let sum = layers.reduce((all, layer) => all + layer.bytes, 0);
    for (const layer of layers) {
      if (sum <= bytes) return;
      if (await this.remove(layer.name)) sum -= layer.bytes;
    }
  }

  /** Removes what processes that were killed have left. */
  tidy(): void {
    for (const names of Object.values(unlisted))
      for (const folder of leftovers(this.#root, names)) this.#discard(folder);
  }

  /** A path that nothing has, under which {@link tidy} finds what a killed process left. */
  #aside({ before }: MarkedNames): string {
    return join(this.#root, `${before}${uniqueMark()}`);
  }

  async #open(name: string): Promise<HeldLayer | undefined> {
    const folder = join(this.#root, name);
    const hold = await holdFolder(folder, 'shared');
    if (hold === undefined || hold === 'busy') return undefined;
    const layer = await this.#read(name);
    if (layer !== undefined) return { ...layer, [Symbol.asyncDispose]: () => hold[Symbol.asyncDispose]() };
    await hold[Symbol.asyncDispose]();
    // It would be in the way of the one that replaces it.
    await this.remove(name);
    return undefined;
  }

  /** Undefined unless the layer is whole. */
  async #read(name: string): Promise<KeptLayer | undefined> {
    const folder = join(this.#root, name);
    const text = async (file: string): Promise<string> =>
      readFile(join(folder, file), 'utf8').catch(() => '');
    const record = parseLayerRecord(await text(files.record));
    if (record === undefined) return undefined;
    const manifest = await text(files.manifest);
    if (!hasManifest(record, manifest) || !(await this.#isWhole(folder, record))) return undefined;
    return { ...record, name, folder, manifest, installLog: await text(files.log) };
  }

  /** What was written may not have reached the disk when the machine went down. */
  async #isWhole(folder: string, { boot }: LayerRecord): Promise<boolean> {
    return boot === (await bootId()) || (await exists(join(folder, files.onDisk)));
  }

  async #listed(name: string): Promise<ListedLayer | undefined> {
    const path = join(this.#root, name, files.record);
    const record = parseLayerRecord(await readFile(path, 'utf8').catch(() => ''));
    // Somebody may remove it in between.
    const found = await stat(path).catch(() => undefined);
    return record === undefined || found === undefined ? undefined : { ...record, name, used: found.mtime };
  }

  async #names(): Promise<string[]> {
    return readdir(this.#root).catch((error: unknown) => {
      if (saysMissing(error)) return [];
      throw error;
    });
  }

  async #moveIn(
    from: string,
    to: string,
    copyTo: (to: string) => Promise<void>,
  ): Promise<AsyncDisposable | undefined> {
    try {
      return await renamedAndHeld(from, to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    }
    const beside = this.#aside(unlisted.incoming);
    let hold: AsyncDisposable | undefined;
    try {
      await copyTo(beside);
      hold = await renamedAndHeld(beside, to);
    } finally {
      if (hold === undefined) this.#discard(beside);
    }
    return hold;
  }
}

function cantRemove(path: string, { exitCode, stderr }: KeeperEnd): GitianError {
  const reason = lastLine(stderr).replace(/^.*: /, '');
  if (saysNoLocks(exitCode)) return failure('locks-missing', { path, reason });
  const hint = 'see how its disk is mounted, and who may write there: findmnt -T, ls -ld';
  return failure('not-writable', { path, reason, hint });
}

/** Nobody waits for the disk. */
function noteOnDisk(place: string): void {
  const script = 'sync -f -- "$1" && touch -- "$1/$2"';
  leaveRunning({ program: 'sh', args: ['-c', script, 'sh', place, files.onDisk] });
}

/** Renames a folder; undefined where there is something already, or where it can't be held. */
async function renamedAndHeld(from: string, to: string): Promise<AsyncDisposable | undefined> {
  const hold = await holdFolder(from, 'shared');
  if (hold === undefined || hold === 'busy') return undefined;
  let isRenamed = false;
  try {
    isRenamed = await renamed(from, to);
  } finally {
    if (!isRenamed) await hold[Symbol.asyncDispose]();
  }
  return isRenamed ? hold : undefined;
}

/** False where there is something already. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}
