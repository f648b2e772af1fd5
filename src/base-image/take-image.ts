import type { Readable } from 'node:stream';
import { finished as ended } from 'node:stream/promises';
import { failure, isFailure, type ErrorParams, type GitianError } from '../core/errors/gitian-error.js';
import { saysDiskFull } from '../core/files/full-disk.js';
import { hostHint } from '../core/words/host-failure.js';
import { hasWords, systemWords } from '../core/words/system-words.js';
import { DiskRoom } from '../target/tar/disk-room.js';
import { TarExtractor } from '../target/tar/extract.js';
import type { ImageKind } from './image-kinds.js';
import { partsProblem, type PartsProblem } from './image-parts.js';

/** An image that is handed over. */
export interface Offer {
  /** A tar archive, as `make-root.sh` says. */
  readonly stream: Readable;
  /** Rejects with the reason when there will be no image. */
  readonly finished: Promise<void>;
  readonly kind: ImageKind;
  /** Its name, for the words of a failure. */
  readonly image: string;
  /** Where it goes: an empty folder. */
  readonly directory: string;
  /** The folder that the user knows. */
  readonly workspace: string;
  /** The log of who made it, as the user would type it. */
  readonly log: string;
}

/**
 * Takes an image that is handed over, with what it was made of. A package's script is root where that is made, so
 * the stream is trusted in nothing: what lies in the folder afterwards are regular files, those that are expected.
 */
export async function takeImage(offer: Offer): Promise<void> {
  const { stream, finished, directory } = offer;
  // The user has put up with a disk that is nearly full.
  const extractor = new TarExtractor(directory, mostFiles, new DiskRoom(directory, () => 0));
  try {
    stream.pipe(extractor);
    await Promise.all([ended(extractor), finished]);
  } catch (error) {
    extractor.destroy();
    // Half of an archive comes of what made it, which has the reason.
    if (stream.readableEnded) await finished;
    throw whyNotTaken(error, offer);
  }
  const problem = await partsProblem(directory, offer.kind);
  if (problem !== undefined) throw refused(offer, problem);
}

/** More files than any image comes with. */
const mostFiles = 1000;

function whyNotTaken(error: unknown, offer: Offer): unknown {
  const { workspace: path } = offer;
  if (saysDiskFull(error) || isFailure(error, 'no-room-for-file')) return failure('disk-full', { path });
  if (isFailure(error, 'guest-file-refused'))
    return refused(offer, error.params as ErrorParams<'guest-file-refused'>);
  if (!hasWords(error)) return error;
  const params = { path, reason: systemWords(error), hint: hostHint(error) };
  return failure('not-writable', params, { cause: error });
}

/** What is said of an image that isn't what it should be. */
export function refused(
  { image, log }: Pick<Offer, 'image' | 'log'>,
  { path, reason }: PartsProblem,
): GitianError {
  return failure('base-image-refused', { image, path, reason }, { log });
}
