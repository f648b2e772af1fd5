import {
  copyFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { until } from '../../until.js';

/** A program that is about to start, with arguments that fit a pattern of the shell's. */
export interface Station {
  readonly program: string;
  readonly args: string;
}

/** Programs that stand before those of the same names, and hold them still. Whoever uses them needs {@link folder} first in `PATH`. */
export class Stations implements Disposable {
  /** Not in /tmp, which is another one where images are made. */
  readonly folder = mkdtempSync('/var/tmp/gitian-stations-');
  readonly #hold = join(this.folder, 'hold');

  constructor(programs: readonly string[]) {
    chmodSync(this.folder, 0o755);
    for (const program of programs) {
      this.stand(program);
    }
    mkdirSync(this.#hold);
  }

  /** Stands before a program. */
  stand(program: string): void {
    copyFileSync(join(import.meta.dirname, 'station.sh'), join(this.folder, program));
    chmodSync(join(this.folder, program), 0o755);
  }

  /** Stands before it no more. */
  leave(program: string): void {
    rmSync(join(this.folder, program), { force: true });
  }

  /** The next program that is held; one that is held goes on to it. */
  holdAt({ program, args }: Station): void {
    const isHeld = existsSync(join(this.#hold, 'held'));
    if (!isHeld) this.reset();
    rmSync(join(this.#hold, 'held'), { force: true });
    writeFileSync(join(this.#hold, program), args);
    if (isHeld) this.release();
  }

  /** Resolves with true when a program is held, with false when what would start it ended before. */
  async held(ended: () => boolean): Promise<boolean> {
    return until(
      () => existsSync(join(this.#hold, 'held')),
      (held) => held || ended(),
      120_000,
    );
  }

  /** The mount namespace of the program that is held; empty when none is. */
  get namespace(): string {
    const file = join(this.#hold, 'held');
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  }

  release(): void {
    writeFileSync(join(this.#hold, 'go'), '');
  }

  /** Resolves when what was released has gone on. */
  async wentOn(): Promise<void> {
    await until(
      () => existsSync(join(this.#hold, 'go')),
      (waits) => !waits,
    );
  }

  reset(): void {
    rmSync(this.#hold, { recursive: true });
    mkdirSync(this.#hold, { mode: 0o777 });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
