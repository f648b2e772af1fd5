import { basename, dirname, join } from 'node:path';
import { failure } from '../core/errors/gitian-error.js';
import { inParallel } from '../core/parallel.js';
import { assertionFile } from '../signing/place.js';
import { checkSigner, type CheckedSigner, type Trust } from './check-signer.js';
import { listRepository, type RepositoryEntry } from './repository/repository.js';
import { signersOf } from './signer-files.js';

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
  const signers = await signersOf(place.folder).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    throw failure('release-missing', { path: place.shown, ...alternatives(place) });
  });
  return inParallel(signers, trust.engine.atOnce, (signer) => checkSigner({ ...place, signer }, trust));
}

/** What could have been meant. */
interface Alternatives {
  readonly wanted: string;
  readonly releases: readonly string[];
  /** Where they are, if it isn't where the missing one was looked for. */
  readonly destination: string | undefined;
}

/** The package's releases beside the one that is missing, or else in a folder below: the package's own, often. */
function alternatives({ folder, shown, file }: ReleasePlace): Alternatives {
  const wanted = basename(folder);
  const ofPackage = entriesBelow(dirname(folder)).filter(({ name }) => assertionFile(name) === file);
  const releasesIn = (place: string): string[] =>
    ofPackage.filter((entry) => dirname(entry.shown) === place).map(({ release }) => release);
  const likely = ofPackage.find(({ release }) => release === wanted) ?? ofPackage[0];
  const beside = releasesIn('.');
  if (beside.length > 0 || likely === undefined) return { wanted, releases: beside, destination: undefined };
  const below = dirname(likely.shown);
  return { wanted, releases: releasesIn(below), destination: join(dirname(shown), below) };
}

function entriesBelow(destination: string): readonly RepositoryEntry[] {
  try {
    return listRepository(destination, { release: undefined, package: undefined });
  } catch {
    return [];
  }
}
