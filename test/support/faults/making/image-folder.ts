import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { treeOf, type Tree } from '../tree.js';

/** A folder in which an image is made: the files of that image, its folder var, and all else. */
export class ImageFolder {
  readonly path: string;
  readonly #image: RegExp;
  readonly #inVar: readonly string[];

  /** `image` is what the names of the image's files are like, `inVar` what is to stay in the folder var. */
  constructor(path: string, { image, inVar }: { readonly image: RegExp; readonly inVar: readonly string[] }) {
    this.path = path;
    this.#image = image;
    this.#inVar = inVar;
  }

  /** The files of the image that was made. */
  made(): string[] {
    return readdirSync(this.path).filter((name) => this.#image.test(name));
  }

  /** What lies there, but for its folder var and what {@link made} has. */
  others(): Tree {
    const files = Object.entries(treeOf(this.path));
    return Object.fromEntries(files.filter(([name]) => !/^var(\/|$)/.test(name) && !this.#image.test(name)));
  }

  /** What is found in the folder var that isn't to stay there. */
  strangersInVar(): string[] {
    return namesIn(join(this.path, 'var')).filter((name) => !this.#inVar.includes(name));
  }

  /** Takes away the image that was made, and the folder var. */
  forget(): void {
    for (const name of [...this.made(), 'var'])
      rmSync(join(this.path, name), { recursive: true, force: true });
  }
}

/** What make-base-vm leaves in the folder var. */
export const leftInVar = [
  'base-bookworm-amd64.log',
  'base-bookworm-amd64.lock',
  'id_rsa',
  'id_rsa.pub',
] as const;

/** The names in a folder, none where it isn't there. */
export function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
