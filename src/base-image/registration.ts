import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BaseRecord } from '../base-record/record.js';
import { leftovers, type MarkedNames } from '../core/files/leftovers.js';
import { uniqueMark } from '../core/files/owner-mark.js';
import type { Steps } from '../core/steps.js';
import { unlessMissing } from '../core/words/system-words.js';
import type { MachineRegistrar } from '../target/machine-registrar.js';
import type { ImageFiles } from './image-files.js';
import type { BaseImageRequest } from './make-base-image.js';

/** An image that a machine is to be registered with, and the list that this has to be on. */
export interface RegistrationWish {
  readonly registrar: MachineRegistrar;
  readonly request: BaseImageRequest;
  readonly files: ImageFiles;
}

/**
 * The registration of the machine of an image, from the moment in which the image is put in its place. Until it is over,
 * a hidden file beside the image says which machine and which image are unfinished, for the next one to take away
 * where this process can't.
 */
export class ImageRegistration {
  readonly #wish: RegistrationWish;
  readonly #uuid = randomUUID();
  #mark: string | undefined;

  constructor(wish: RegistrationWish) {
    this.#wish = wish;
  }

  /** Whether one is under way, or was left unfinished. */
  async isThere(): Promise<boolean> {
    const names = await readdir(this.#folder);
    return names.some((name) => name.startsWith(this.#marks.before));
  }

  /** Takes those away that processes left which are gone, with their images. */
  async takeAwayLeft(): Promise<void> {
    for (const mark of this.#left()) await this.#takeAway(mark);
  }

  /** `image` is what is about to be put in its place. */
  async begin(image: string): Promise<void> {
    const { before, after } = this.#marks;
    const mark = join(this.#folder, `${before}${uniqueMark()}${after}`);
    this.#mark = mark;
    await writeFile(mark, `${this.#uuid} ${await modified(image)}\n`);
  }

  async run({ machine }: BaseRecord, steps: Steps): Promise<void> {
    const { registrar, request, files } = this.#wish;
    if (machine === undefined) throw new Error('an image of no machine has none to register');
    await registrar.register(
      {
        uuid: this.#uuid,
        configuration: request.choice,
        distro: request.choice.distro,
        architecture: machine.architecture === 'i386' ? 'i386' : 'amd64',
        disk: files.image,
        hostKey: machine.hostKey,
        ...request.size,
      },
      steps,
    );
    await this.#over();
  }

  /** Takes away what of it is there, and the image. Where the machine can't be, everything stays for the next one. */
  async undo(): Promise<void> {
    if (this.#mark !== undefined) await this.#takeAway(this.#mark);
  }

  get #folder(): string {
    return dirname(this.#wish.files.image);
  }

  get #marks(): MarkedNames {
    return { before: `.${basename(this.#wish.files.image)}.registering.`, after: '' };
  }

  #left(): string[] {
    return leftovers(this.#folder, this.#marks);
  }

  async #takeAway(mark: string): Promise<void> {
    const { registrar, request, files } = this.#wish;
    const note = (await readFile(mark, 'utf8').catch(unlessMissing)) ?? '';
    const [uuid = '', when] = note.trim().split(' ');
    // One that nothing could be written to any more was begun by nobody.
    if (when !== undefined) {
      await registrar.remove({ uuid, configuration: request.choice, disk: files.image });
      // Another one may have been put there since.
      if ((await modified(files.image)) === when) {
        for (const path of [files.image, files.record]) await rm(path, { force: true });
      }
    }
    await rm(mark, { force: true });
  }

  async #over(): Promise<void> {
    if (this.#mark !== undefined) await rm(this.#mark, { force: true });
    this.#mark = undefined;
  }
}

/** When a file was last written, in nanoseconds since 1970; empty where there is none. */
async function modified(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(unlessMissing);
  return found === undefined ? '' : String(found.mtimeNs);
}
