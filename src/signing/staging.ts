import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, renameSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CleanUp } from '../core/clean-up.js';
import type { Emit } from '../core/events.js';
import { removeLeftovers } from '../core/files/leftovers.js';
import { makeFolder } from '../core/files/make-folder.js';
import { ownMark } from '../core/files/owner-mark.js';
import type { AssertionPlace } from './place.js';

/**
 * An assertion in the making: a folder beside its place, hidden by a dot, until assertion and signature are put into
 * place together. Disposed before that, it leaves what was there before.
 */
export class Staging implements AsyncDisposable {
  readonly place: AssertionPlace;
  readonly folder: string;
  /** The first of the folders above that had to be made. */
  readonly #made: string | undefined;
  /** What was renamed to get it into place. */
  readonly #moves: { readonly from: string; readonly to: string }[] = [];
  #placed = false;

  private constructor(place: AssertionPlace, folder: string, made: string | undefined) {
    this.place = place;
    this.folder = folder;
    this.#made = made;
  }

  /** Makes the folder and writes the assertion into it. */
  static async create(place: AssertionPlace, assertion: Uint8Array): Promise<Staging> {
    const above = dirname(place.folder);
    const made = await makeFolder(above);
    const random = randomBytes(6).toString('hex');
    const folder = join(above, `${namesBefore(place)}${ownMark}-${random}`);
    const staging = new Staging(place, folder, made);
    try {
      await mkdir(folder);
      await writeFile(staging.assertion, assertion, { flag: 'wx', flush: true });
      return staging;
    } catch (error) {
      await staging[Symbol.asyncDispose]();
      throw error;
    }
  }

  get assertion(): string {
    return join(this.folder, basename(this.place.assertion));
  }

  get signature(): string {
    return join(this.folder, basename(this.place.signature));
  }

  /**
   * Puts the files into place. Without a break: no signal is handled in between, and at no moment does the place hold an
   * assertion with a signature that isn't its own. Where it fails, `takeBack` undoes what was done.
   */
  putInPlace(): void {
    if (isThere(this.place.folder)) this.#replace();
    else this.#move(this.folder, this.place.folder);
    this.#placed = true;
  }

  /** Brings back what was there before. */
  takeBack(): void {
    this.#placed = false;
    for (let last = this.#moves.at(-1); last !== undefined; last = this.#moves.at(-1)) {
      renameSync(last.to, last.from);
      this.#moves.pop();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What could not be brought back is in the folder.
    if (!this.#placed && this.#moves.length > 0) return;
    await rm(this.folder, { recursive: true, force: true });
    // One that was killed may have what it was about to replace: that is kept until something else is in its place.
    const above = dirname(this.place.folder);
    if (this.#placed) await removeLeftovers(above, { before: namesBefore(this.place), after: '' });
    if (this.#made !== undefined) await removeEmpty(dirname(this.place.folder), this.#made);
  }

  /** The old assertion goes first and the new one comes last. */
  #replace(): void {
    const aside = join(this.folder, 'replaced');
    mkdirSync(aside);
    const { assertion, signature } = this.place;
    if (isThere(assertion)) this.#move(assertion, join(aside, 'assert'));
    if (isThere(signature)) this.#move(signature, join(aside, 'sig'));
    if (isThere(this.signature)) this.#move(this.signature, signature);
    this.#move(this.assertion, assertion);
  }

  #move(from: string, to: string): void {
    renameSync(from, to);
    this.#moves.push({ from, to });
  }
}

/** Puts all into their places, or none: a failure on the way brings back what was there in each. */
export async function putAllInPlace(stagings: readonly Staging[], emit: Emit): Promise<void> {
  await using undo = new CleanUp(emit);
  for (const staging of stagings) {
    undo.add(`bring back "${staging.place.assertion}"`, () => {
      staging.takeBack();
    });
    staging.putInPlace();
  }
  undo.commit();
}

/** Whether anything is there, and be it a link to nothing. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What the names of a place's staging folders begin with. */
function namesBefore({ folder }: AssertionPlace): string {
  return `.gsign-${basename(folder)}-`;
}

/** Removes `folder` and what is above it up to `top`, as long as they are empty. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  try {
    for (let at = folder; at.length >= top.length; at = dirname(at)) await rmdir(at);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}
