import { readOwnText } from '../../core/files/own-file.js';
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
    return (await readOwnText(this.path))?.trim();
  }

  /** Keeps a key for the next time. */
  async keep(key: string): Promise<void> {
    await writeWhole(this.path, `${key}\n`);
  }
}
