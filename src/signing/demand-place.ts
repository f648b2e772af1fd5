import { failure } from '../core/errors/gitian-error.js';
import { readBoundedFile } from '../core/files/bounded-file.js';
import { demandFolder } from '../core/files/demand-folder.js';
import { foundAt } from '../core/files/found-at.js';
import { shownPath } from '../core/words/shown-path.js';
import { demandInPlace, type AssertionPlace } from './place.js';

/** An assertion, and where it is to go. */
interface Placed {
  readonly place: AssertionPlace;
  readonly destination: string;
  readonly bytes: Uint8Array;
}

/** What may become of what is there. */
export interface PlaceRules {
  /** What messages leave out of paths. */
  readonly root: string;
  /** Whether what is there may be lost. */
  readonly force: boolean;
  /** Whether a signature comes with the assertion. */
  readonly signs: boolean;
}

/**
 * Refuses a place that an assertion can't go to, or where somebody would miss what is there. Nobody misses an assertion that
 * says the same, unless its signature went with it and no other came.
 */
export async function demandPlace(
  { place, destination, bytes }: Placed,
  { root, force, signs }: PlaceRules,
): Promise<void> {
  await demandInPlace(place, destination, root);
  await demandFolder(place.folder, { shown: shownPath(place.folder, root) });
  const files = [place.assertion, place.signature];
  const said = await Promise.all(files.map(async (file) => ({ file, found: await foundAt(file) })));
  for (const { file, found } of said) {
    if (found?.isDirectory() !== true) continue;
    const hint = 'move it away, or choose another place';
    throw failure('not-writable', { path: shownPath(file, root), reason: 'it is a folder', hint });
  }
  const [assertion, signature] = said.filter(({ found }) => found !== undefined);
  if (force || assertion === undefined) return;
  const loses = signature !== undefined && !signs;
  if (loses || !(await holds(place.assertion, bytes)))
    throw failure('assertion-exists', { path: shownPath(assertion.file, root) });
}

/** Whether there is a file of just these bytes, and no link. */
export async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  if ((await foundAt(path))?.isFile() !== true) return false;
  const read = await readBoundedFile(path, bytes.byteLength);
  return read.kind === 'read' && Buffer.compare(read.bytes, bytes) === 0;
}
