import { readFile } from 'node:fs/promises';
import { writeWhole } from '../../core/files/write-whole.js';

/**
 * Where the ssh host key of a machine that was made by hand is kept: nobody knows it before the first connection, and after that
 * it has to stay the same.
 */
export class FirstSeenKey {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The key that was seen first, such as `ssh-ed25519 AAAA…`; undefined before. */
  async read(): Promise<string | undefined> {
    const text = await readFile(this.path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    return text?.trim();
  }

  /** Keeps a key for the next time. */
  async keep(key: string): Promise<void> {
    await writeWhole(this.path, `${key}\n`);
  }
}
