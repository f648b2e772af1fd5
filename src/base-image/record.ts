import { readFile } from 'node:fs/promises';
import { failure } from '../core/errors/gitian-error.js';

/**
 * What a base image was made of: the JSON file `<image>.json` beside it. Builds look up in it the hashes of packages
 * that the archive has replaced since.
 */
export interface BaseRecord {
  /** Version of this format. */
  readonly format: 1;
  readonly distro: string;
  readonly suite: string;
  /** As in the image's name. */
  readonly architecture: string;
  readonly image: {
    readonly sha256: string;
    readonly bytes: number;
  };
  readonly made: {
    /** When, in ISO 8601, UTC. */
    readonly at: string;
    /** Versions of the programs that made it, by name. */
    readonly by: Readonly<Record<string, string>>;
  };
  /** `SOURCE_DATE_EPOCH` while it was made: when the suite's index was made, in seconds since 1970. */
  readonly sourceDateEpoch: number;
  /** Lines of `sources.list` that it was installed from, and that the guest has. The two differ with an apt-cacher-ng. */
  readonly sources: {
    readonly installed: readonly string[];
    readonly guest: readonly string[];
  };
  /** The signed indexes that were used. */
  readonly releases: readonly RecordedRelease[];
  /** Every installed package, sorted by name and architecture. */
  readonly packages: readonly RecordedPackage[];
  /** Of an image for machines only. */
  readonly machine?: RecordedMachine;
}

/** What a machine is started with and recognised by. */
export interface RecordedMachine {
  /** The public key of the guest's ssh server, such as `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** Size of the disk as the guest sees it. */
  readonly diskMiB: number;
  /** The kernel's architecture, which isn't always the guest's: amd64 or i386. */
  readonly architecture: string;
  /** The kernel beside the image; a disk that boots by itself has it inside. */
  readonly kernel?: RecordedFile;
  /** The initial RAM disk beside the image. */
  readonly initrd?: RecordedFile;
  /** The packages that kernel, initial RAM disk and boot loader are of; they are not installed in the guest. */
  readonly packages: readonly RecordedPackage[];
}

/** A file beside an image. */
export interface RecordedFile {
  readonly sha256: string;
}

/** One signed index of an archive. */
export interface RecordedRelease {
  readonly origin: string;
  readonly suite: string;
  readonly codename: string;
  /** When the archive made it, in ISO 8601, UTC. */
  readonly date: string;
  /** SHA-256 of the signed file. */
  readonly sha256: string;
}

/** One installed package. */
export interface RecordedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Where the archive has it, such as `pool/main/h/hello/hello_2.10-3_amd64.deb`. */
  readonly file: string;
  readonly sha256: string;
}

/** Where the record of an image lies. */
export function recordPath(image: string): string {
  return `${image}.json`;
}

/** The bytes of a record's file. */
export function writeBaseRecord(record: BaseRecord): string {
  return `${JSON.stringify(record, undefined, 1)}\n`;
}

/** Reads the record at `path`, or nothing where there is none. Throws `base-record-invalid` when it is something else. */
export async function readBaseRecord(path: string): Promise<BaseRecord | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseBaseRecord(text, path);
}

/** Reads a record's text; `path` is for the message when it isn't one. */
export function parseBaseRecord(text: string, path: string): BaseRecord {
  const problems: string[] = [];
  const value = json(text, problems);
  if (problems.length === 0) check(value, recordShape, '', problems);
  if (problems.length > 0) throw failure('base-record-invalid', { path, problems: problems.slice(0, 5) });
  return value as BaseRecord;
}

function json(text: string, problems: string[]): unknown {
  try {
    return JSON.parse(text);
  } catch {
    problems.push('it is not JSON');
    return undefined;
  }
}

/** What a value must be: a named test, a list of one shape, or an object with a shape for each key. */
type Shape = Test | Optional | readonly [Shape] | { readonly [key: string]: Shape };
type Test = (value: unknown) => string | undefined;
class Optional {
  readonly shape: Shape;
  constructor(shape: Shape) {
    this.shape = shape;
  }
}

const text: Test = (value) => (typeof value === 'string' ? undefined : 'text');
const count: Test = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'a whole number';
const sha256: Test = (value) =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? undefined : 'a SHA-256';
const date: Test = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) ? undefined : 'a time';
const texts: Test = (value) =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((item) => typeof item === 'string')
    ? undefined
    : 'named texts';

const packages: Shape = [{ name: text, version: text, architecture: text, file: text, sha256 }];
const hostKey: Test = (value) =>
  typeof value === 'string' && /^ssh-ed25519 [A-Za-z0-9+/]{68}$/.test(value) ? undefined : 'an ed25519 key';

const recordShape: Shape = {
  format: (value) => (value === 1 ? undefined : '1'),
  distro: text,
  suite: text,
  architecture: text,
  image: { sha256, bytes: count },
  made: { at: date, by: texts },
  sourceDateEpoch: count,
  sources: { installed: [text], guest: [text] },
  releases: [{ origin: text, suite: text, codename: text, date, sha256 }],
  packages,
  machine: optional({
    hostKey,
    diskMiB: count,
    architecture: text,
    kernel: optional({ sha256 }),
    initrd: optional({ sha256 }),
    packages,
  }),
};

function optional(shape: Shape): Optional {
  return new Optional(shape);
}

function check(value: unknown, shape: Shape, place: string, problems: string[]): void {
  if (typeof shape === 'function') {
    const expected = shape(value);
    if (expected !== undefined) problems.push(`"${place}" must be ${expected}`);
  } else if (shape instanceof Optional) {
    if (value !== undefined) check(value, shape.shape, place, problems);
  } else if (isList(shape)) {
    if (!Array.isArray(value)) problems.push(`"${place}" must be a list`);
    else
      for (const [index, item] of value.entries())
        check(item, shape[0], `${place}[${String(index)}]`, problems);
  } else if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`"${place}" must be an object`.replace('"" ', 'it '));
  } else {
    const map = new Map<string, unknown>(Object.entries(value));
    for (const [key, inner] of Object.entries(shape)) {
      check(map.get(key), inner, place === '' ? key : `${place}.${key}`, problems);
    }
  }
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
