import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../until.js';

/** Where a command is to be held: at a step that it announces, or at the n-th thing that it does to the host. */
export type Place = { readonly step: string; readonly time: number } | { readonly call: number };

/** Holds a command still at one place, and lets it go on, perhaps to another. */
export class Pause implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-pause-'));

  constructor(place: Place) {
    this.#moveTo(place);
    writeFileSync(join(this.#folder, 'calls'), '');
  }

  /** What the command has to be started with. */
  get env(): Record<string, string> {
    const hook = join(import.meta.dirname, 'hold.js');
    return { GITIAN_TEST_PAUSE: this.#folder, NODE_OPTIONS: `--import=${hook}` };
  }

  /** Resolves with true when the command is held, with false when it ended without getting there. */
  async held(ended: () => boolean, milliseconds = 120_000): Promise<boolean> {
    const file = join(this.#folder, 'held');
    return until(
      () => existsSync(file),
      (held) => held || ended(),
      milliseconds,
    );
  }

  /** What the command did to the host up to now, one line for each call. */
  get calls(): string[] {
    return readFileSync(join(this.#folder, 'calls'), 'utf8').split('\n').filter(Boolean);
  }

  /** Lets the clock of the command be wrong by so many milliseconds once it goes on. */
  jump(milliseconds: number): void {
    writeFileSync(join(this.#folder, 'jump'), String(milliseconds));
  }

  /** Lets the command go on. */
  release(): void {
    writeFileSync(join(this.#folder, 'go'), '');
  }

  /** Lets a command that is held in a step go on to a later one. */
  goOnTo(place: Place): void {
    this.#moveTo(place);
    rmSync(join(this.#folder, 'held'));
    this.release();
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #moveTo(place: Place): void {
    writeFileSync(join(this.#folder, 'at'), JSON.stringify(place));
  }
}
