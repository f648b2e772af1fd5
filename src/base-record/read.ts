import { failure } from '../core/errors/gitian-error.js';
import { readOwnText } from '../core/files/own-file.js';
import {
  count,
  list,
  matching,
  object,
  only,
  optional,
  parseJson,
  plain,
  sha256,
  text,
} from '../core/shape.js';
import {
  recordPath,
  type BaseRecord,
  type RecordedFile,
  type RecordedMachine,
  type RecordedPackage,
  type RecordedRelease,
} from './record.js';

/** The record beside an image, or nothing where there is none. Throws `base-record-invalid` when it is something else. */
export async function readBaseRecord(image: string): Promise<BaseRecord | undefined> {
  const path = recordPath(image);
  const json = await readOwnText(path);
  return json === undefined ? undefined : parseBaseRecord(json, path);
}

/** The record beside an image for those who can do without: nothing too where it can't be read, or is something else. */
export async function findBaseRecord(image: string): Promise<BaseRecord | undefined> {
  return readBaseRecord(image).catch(() => undefined);
}

/** Reads a record's text; `path` is for the message when it isn't one. */
export function parseBaseRecord(json: string, path: string): BaseRecord {
  const problems: string[] = [];
  const record = parseJson(json, baseRecord, (problem) => problems.push(problem));
  if (record === undefined) throw failure('base-record-invalid', { path, problems: problems.slice(0, 5) });
  return record;
}

/** What keeps a text from being a record; nothing where it is one. */
export function recordProblems(json: string): readonly string[] {
  const problems: string[] = [];
  parseJson(json, baseRecord, (problem) => problems.push(problem));
  return problems;
}

const date = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'a time');

const texts = plain(
  'named texts',
  (value): value is Record<string, string> =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((one) => typeof one === 'string'),
);

const file = object<RecordedFile>({ sha256 });

const packages = list(
  object<RecordedPackage>({ name: text, version: text, architecture: text, file: text, sha256 }),
);

const machine = object<RecordedMachine>({
  hostKey: matching(/^ssh-ed25519 [A-Za-z0-9+/]{68}$/, 'an ed25519 key'),
  diskMiB: count,
  architecture: text,
  kernel: optional(file),
  initrd: optional(file),
  packages,
});

const baseRecord = object<BaseRecord>({
  format: only(1),
  distro: text,
  suite: text,
  architecture: text,
  image: object<BaseRecord['image']>({ sha256, bytes: count }),
  made: object<BaseRecord['made']>({ at: date, by: texts }),
  sourceDateEpoch: count,
  sources: object<BaseRecord['sources']>({ installed: list(text), guest: list(text) }),
  releases: list(object<RecordedRelease>({ origin: text, suite: text, codename: text, date, sha256 })),
  packages,
  machine: optional(machine),
});
