import { sha256 } from '../../core/files/hashing.js';

/** What an archive's URL says of the file behind it. */
export interface UrlFacts {
  /** The URL as the cache writes it: one way, whichever way it was asked for. */
  readonly url: string;
  /** Whether the file never changes: a package in a pool, or an index that is named by its digest. */
  readonly lasting: boolean;
  /** The digest that the name promises. */
  readonly promised: PromisedDigest | undefined;
  /** What the same file is called at every mirror of its archive, hashed: entries of one file lie together. */
  readonly file: string;
  /** Names the entry among those of one file: the URL and who may have it, hashed. */
  readonly name: string;
}

/** A digest that a content must have. */
export interface PromisedDigest {
  readonly algorithm: 'sha256' | 'sha512';
  /** In lower-case hexadecimal. */
  readonly hex: string;
}

/** Reads an http URL that is asked for with these credentials; those in the URL are no part of what it names. */
export function urlFacts(text: string, credentials = ''): UrlFacts {
  const { host, pathname, search, protocol } = new URL(text);
  const path = canonicalPath(pathname);
  const promised = search === '' ? promisedDigest(path) : undefined;
  const inPool = search === '' ? poolFile(path) : undefined;
  const url = `${protocol}//${host}${path}${search}`;
  const everywhere = promised === undefined ? inPool : `${promised.algorithm}:${promised.hex}`;
  return {
    url,
    lasting: promised !== undefined || inPool !== undefined,
    promised,
    file: sha256(everywhere ?? url),
    name: sha256(`${url}\n${credentials}`),
  };
}

/** What a package's file is called in its archive, from `pool/` on. */
function poolFile(path: string): string | undefined {
  // From the first one on: to try each of many takes a time that grows with their square.
  const at = path.search(/\/pool\//i);
  const below = at === -1 ? '' : path.slice(at + '/pool/'.length);
  return /.\.(?:u?deb|ddeb|dsc|tar\.[a-z0-9]+|diff\.gz)$/i.test(below) ? path.slice(at + 1) : undefined;
}

function promisedDigest(path: string): PromisedDigest | undefined {
  const [, name = '', hex = ''] = /\/by-hash\/(SHA256|SHA512)\/([0-9a-f]+)$/i.exec(path) ?? [];
  const algorithm = name.toLowerCase();
  if (algorithm === 'sha256' && hex.length === 64) return { algorithm, hex: hex.toLowerCase() };
  if (algorithm === 'sha512' && hex.length === 128) return { algorithm, hex: hex.toLowerCase() };
  return undefined;
}

/** Versions of apt differ in what they encode: `g++` is also `g%2b%2b`. */
function canonicalPath(pathname: string): string {
  return pathname.split('/').map(canonicalSegment).join('/');
}

function canonicalSegment(segment: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(segment));
  } catch {
    return segment;
  }
}
