import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { byBytes } from '../core/bytes-order.js';
import { failure } from '../core/errors/gitian-error.js';
import { inParallel } from '../core/parallel.js';
import { checkSigner, type CheckedSigner, type Trust } from './check-signer.js';
import { readSignerFiles, signersOf } from './signer-files.js';

/** Where one package's assertions of one release lie. */
export interface ReleasePlace {
  /** `<destination>/<release>`. */
  readonly folder: string;
  /** The folder as the user knows it. */
  readonly shown: string;
  /** The name of every signer's assertion, `<name>-build.assert`. */
  readonly file: string;
}

/** Checks every signer of a release, in the order of their names' bytes. Throws `release-missing`. */
export async function checkRelease(place: ReleasePlace, trust: Trust): Promise<readonly CheckedSigner[]> {
  const signers = await signersOf(place.folder).catch(async (error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    throw failure('release-missing', {
      path: place.shown,
      releases: await releasesIn(dirname(place.folder)),
    });
  });
  return inParallel(signers, trust.engine.atOnce, (signer) =>
    checkSigner(readSignerFiles(place.folder, signer, place.file), trust),
  );
}

async function releasesIn(destination: string): Promise<readonly string[]> {
  const entries = await readdir(destination, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort(byBytes);
}
