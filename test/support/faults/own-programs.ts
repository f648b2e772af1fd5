import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Replacement } from './replaced-program.js';

/** All programs of the host in one folder, a test's own, from which one can be taken away. */
export class OwnPrograms implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-programs-'));
  readonly #real = new Map<string, string>();
  readonly #replaced = new Set<string>();

  constructor() {
    // Other users run them, too.
    chmodSync(this.#folder, 0o755);
    mkdirSync(this.path);
    const folders = (process.env['PATH'] ?? '').split(delimiter);
    for (const folder of folders.toReversed()) {
      for (const name of namesIn(folder)) this.#real.set(name, join(folder, name));
    }
    for (const name of this.#real.keys()) this.#link(name);
  }

  /** A `PATH` with nothing else in it. */
  get path(): string {
    return join(this.#folder, 'bin');
  }

  /** Takes a program away, or puts another of that name in its place, which knows no option; false for one that isn't found here. */
  replace(name: string, by: Replacement): boolean {
    if (!this.#real.has(name)) return false;
    this.#replaced.add(name);
    const place = join(this.path, name);
    rmSync(place);
    if (by === 'another version') writeFileSync(place, anotherVersion, { mode: 0o755 });
    return true;
  }

  /** Gives back what was taken away. */
  restore(): void {
    for (const name of this.#replaced) {
      rmSync(join(this.path, name), { force: true });
      this.#link(name);
    }
    this.#replaced.clear();
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  #link(name: string): void {
    symlinkSync(this.#real.get(name) ?? '', join(this.path, name));
  }
}

const anotherVersion = `#!/bin/sh
echo "\${0##*/}: unknown option -- $1" >&2
exit 64
`;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
