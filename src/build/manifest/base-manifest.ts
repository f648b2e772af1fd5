import { byBytes } from '../../core/words/bytes-order.js';
import { failure } from '../../core/errors/gitian-error.js';

/** A package as dpkg knows it. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** A package and the SHA-256 of its `.deb`. */
export interface HashedPackage extends Package {
  readonly sha256: string;
}

/**
 * The manifest of what is installed in a target: lines `<sha256>  <package>_<version>_<architecture>.deb`, sorted by
 * bytes of the file name.
 *
 * `listing` is what `target-bin/installed-packages.sh` prints. A version that the archive has superseded since is
 * looked up in `recorded`, what was known when the base image was made. Throws `package-unknown` with the packages
 * that are in neither.
 */
export function baseManifest(listing: string, recorded: readonly HashedPackage[]): string {
  const known = new Map(recorded.map((one) => [debName(one), one.sha256]));
  const lines: { readonly file: string; readonly sha256: string }[] = [];
  const unknown: string[] = [];
  for (const { sha256, ...one } of installedPackages(listing)) {
    const file = debName(one);
    const sum = sha256 ?? known.get(file);
    if (sum === undefined) unknown.push(`${one.name} ${one.version} (${one.architecture})`);
    else lines.push({ file, sha256: sum });
  }
  if (unknown.length > 0) throw failure('package-unknown', { packages: unknown.sort(byBytes) });
  return lines
    .sort((a, b) => byBytes(a.file, b.file))
    .map(({ file, sha256 }) => `${sha256}  ${file}\n`)
    .join('');
}

/** What apt calls the file of a package in its cache: reserved characters, such as an epoch's colon, are `%3a`. */
export function debName({ name, version, architecture }: Package): string {
  return `${[name, version, architecture].map(quoted).join('_')}.deb`;
}

function quoted(part: string): string {
  return part.replace(/[_:%]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

function installedPackages(listing: string): (Package & { readonly sha256: string | undefined })[] {
  return listing
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name, version, architecture, sha256, ...rest] = line.split('\t');
      if (
        !isToken(name) ||
        !isToken(version) ||
        !isToken(architecture) ||
        !isSum(sha256) ||
        rest.length > 0
      ) {
        throw failure('package-list-broken', { line: line.slice(0, 200) });
      }
      return { name, version, architecture, sha256: sha256 === '-' ? undefined : sha256 };
    });
}

/** The guest wrote it, so it is held to what dpkg allows. */
function isToken(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9][A-Za-z0-9.+:~-]*$/.test(text);
}

function isSum(text: string | undefined): text is string {
  return text === '-' || (text !== undefined && /^[0-9a-f]{64}$/.test(text));
}
