import { sha256 } from '../core/files/hashing.js';
import { byBytes } from '../core/words/bytes-order.js';
import type { RecordedPackage, RecordedRelease } from '../base-record/record.js';
import { PartError } from './image-parts.js';

/** A text that came with an image, by its name. */
export interface Part {
  readonly path: string;
  readonly text: string;
}

/**
 * Joins packages (`name version architecture` lines) with what the signed indexes say of them. Throws a `PartError` for
 * one that they don't know.
 */
export function recordedPackages({ path, text }: Part, available: string): RecordedPackage[] {
  const known = new Map(
    available.split(/\n\n+/).flatMap((stanza): [string, RecordedPackage][] => {
      const found = packageOf(stanza);
      return found === undefined ? [] : [[key(found), found]];
    }),
  );
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', version = '', architecture = ''] = line.split(' ');
      const found = known.get(key({ name, version, architecture }));
      if (found === undefined) throw new PartError({ path, reason: `no index has ${JSON.stringify(line)}` });
      return found;
    })
    .sort((a, b) => byBytes(`${a.name} ${a.architecture}`, `${b.name} ${b.architecture}`));
}

/** What a signed release file says of itself. Throws a `PartError` where it has no date. */
export function recordedRelease({ path, text }: Part): RecordedRelease {
  const field = (name: string): string => fieldOf(text, name) ?? '';
  const date = new Date(field('Date'));
  if (Number.isNaN(date.getTime())) throw new PartError({ path, reason: 'it has no date' });
  return {
    origin: field('Origin'),
    suite: field('Suite'),
    codename: field('Codename'),
    date: date.toISOString(),
    sha256: sha256(text),
  };
}

function packageOf(stanza: string): RecordedPackage | undefined {
  const [name, version, architecture, file, hash] = [
    'Package',
    'Version',
    'Architecture',
    'Filename',
    'SHA256',
  ].map((field) => fieldOf(stanza, field));
  if (name === undefined || version === undefined || architecture === undefined) return undefined;
  // What dpkg itself knows of a package has neither.
  return file === undefined || hash === undefined
    ? undefined
    : { name, version, architecture, file, sha256: hash };
}

function fieldOf(text: string, name: string): string | undefined {
  return new RegExp(`^${name}: *(.*)$`, 'm').exec(text)?.[1];
}

function key(of: { readonly name: string; readonly version: string; readonly architecture: string }): string {
  return `${of.name} ${of.version} ${of.architecture}`;
}
