import { rm } from 'node:fs/promises';
import { suiteArch, type Configuration, type Workspace } from '../core/workspace.js';
import { writeWhole } from '../core/files/write-whole.js';
import type { ArchiveState } from '../packages/layers/archive-state.js';

/** What a configuration's target had its packages from. */
export interface StartNote {
  /** `frozen layer`: whatever the archives have become since (`--frozen`). */
  readonly from: 'base image' | 'layer' | 'frozen layer' | 'target as it was left';
  /** SHA-256 of the archives' signed indexes that the packages are of; none where no layer could be kept. */
  readonly archives: ArchiveState;
  /** The layer's name, and when it was sealed. */
  readonly layer?: { readonly name: string; readonly sealed: string };
}

/** Notes what each configuration of a build started from: `var/layers.json`. */
export class StartRecord {
  readonly #workspace: Workspace;
  readonly #notes: Record<string, StartNote> = {};

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** `<suite>-<arch>` → what that configuration started from, as far as the build has come. */
  get notes(): Readonly<Record<string, StartNote>> {
    return this.#notes;
  }

  /** Forgets what the build before has noted. */
  async begin(): Promise<void> {
    await rm(this.#workspace.layers, { force: true });
  }

  /** Adds what one configuration started from. */
  async note(configuration: Configuration, { from, archives, layer }: StartNote): Promise<void> {
    this.#notes[suiteArch(configuration)] = {
      from,
      archives,
      ...(layer === undefined ? {} : { layer: { name: layer.name, sealed: layer.sealed } }),
    };
    const text = JSON.stringify({ format: 1, configurations: this.#notes }, undefined, 1);
    await writeWhole(this.#workspace.layers, `${text}\n`);
  }
}
