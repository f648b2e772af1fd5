import { realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { failure } from '../core/errors/gitian-error.js';
import { plainName, plainNameHint } from '../core/words/safe-names.js';
import { shownPath } from '../core/words/shown-path.js';

/** Where one signer's assertion of one package and release lies. */
export interface AssertionPlace {
  /** `<destination>/<release>/<signer>`. */
  readonly folder: string;
  readonly assertion: string;
  readonly signature: string;
}

/** The place of an assertion; throws `unsafe-name` unless release, signer and name are plain names. */
export function assertionPlace(of: {
  readonly destination: string;
  readonly release: string;
  readonly signer: string;
  readonly name: string;
}): AssertionPlace {
  const folder = join(of.destination, releaseName(of.release), signerName(of.signer));
  const assertion = join(folder, assertionFile(plainName(of.name, 'the name of the descriptor')));
  return { folder, assertion, signature: `${assertion}.sig` };
}

/**
 * Throws `assertion-elsewhere` where a link leads out of `destination`: signatures are exchanged as a repository, and so
 * are the links in it. The destination itself may be one, of this user's. `root` is the folder that messages leave out.
 */
export async function demandInPlace(
  { folder }: AssertionPlace,
  destination: string,
  root: string,
): Promise<void> {
  const top = await whereTo(destination);
  for (const path of [dirname(folder), folder]) {
    const to = await whereTo(path);
    if (top === undefined || to === undefined || to.startsWith(`${top}${sep}`)) continue;
    throw failure('assertion-elsewhere', { path: shownPath(path, root), to });
  }
}

/** Where a path leads; undefined where nothing is there yet, or nothing that could be gone through. */
async function whereTo(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

/** The file name of every signer's assertion of a package. */
export function assertionFile(name: string): string {
  return `${name}-build.assert`;
}

/** Returns a release that is a plain name; else throws `unsafe-name`. */
export function releaseName(release: string): string {
  return namedFolder(release, 'the release');
}

/** Returns a signer that is a plain name, as e-mail addresses and names with inner spaces are; else throws `unsafe-name`. */
export function signerName(signer: string): string {
  return namedFolder(signer, 'the signer');
}

function namedFolder(value: string, what: string): string {
  if (value !== value.trim()) {
    throw failure('unsafe-name', {
      what,
      value,
      reason: 'it begins or ends with a space',
      hint: plainNameHint,
    });
  }
  // Folders with a dot in front are not signers to anyone who lists them.
  if (value.startsWith('.')) {
    throw failure('unsafe-name', { what, value, reason: 'it begins with "."', hint: plainNameHint });
  }
  return plainName(value, what);
}
