import { failure, GitianError } from '../core/errors/gitian-error.js';
import { obtainPrivilege, runAsRoot } from '../core/processes/privilege.js';
import { exists } from '../core/files/exists.js';
import { removeLater, type Discard } from '../packages/layers/remove-later.js';

/** Removes folders that were moved aside, and sees them gone. */
export class Removal {
  readonly #folders = new Map<string, () => Promise<void>>();

  /** Begins to remove a folder; it goes on when this process is killed. */
  readonly discard: Discard = (folder) => {
    this.#folders.set(folder, removeLater(folder).ended);
  };

  /**
   * Waits until all are gone. What is in them may be a guest's root's: then sudo may ask in the terminal. Throws
   * `cache-left` with what stays.
   */
  async end(): Promise<void> {
    await Promise.all([...this.#folders.values()].map(async (ended) => ended()));
    const folders = await this.#left();
    if (folders.length === 0) return;
    try {
      const privilege = await obtainPrivilege('removing what guests wrote');
      const args = ['-rf', '--one-file-system', '--', ...folders];
      await runAsRoot({ program: 'rm', args }, privilege);
    } catch (error) {
      if (!(error instanceof GitianError)) throw error;
      throw failure('cache-left', { folders: await this.#left(), reason: error.message });
    }
  }

  async #left(): Promise<string[]> {
    const found = await Promise.all(
      [...this.#folders.keys()].map(async (it) => [it, await exists(it)] as const),
    );
    return found.flatMap(([folder, isThere]) => (isThere ? [folder] : []));
  }
}
