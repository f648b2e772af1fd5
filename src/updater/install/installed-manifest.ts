import { GitianError } from '../../core/errors/gitian-error.js';
import { readYaml } from '../../yaml/read.js';
import { isList, isMap, type OrderedMap } from '../../yaml/value.js';
import { pathProblem } from '../package/paths.js';

/** What `.gitian-manifest` in a destination says of what is installed there. */
export interface InstalledManifest {
  readonly name: string;
  readonly release: string;
  readonly optionals: readonly string[];
  /** Path → SHA-256 of every file that was installed. */
  readonly sums: ReadonlyMap<string, string>;
}

/** The manifest as its file's text: YAML that the original reads too, texts in double quotes as in JSON. */
export function manifestText(manifest: InstalledManifest): string {
  const quoted = (text: string): string => JSON.stringify(text);
  const sums = [...manifest.sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `name: ${quoted(manifest.name)}`,
    manifest.optionals.length === 0 ? 'optionals: []' : 'optionals:',
    ...manifest.optionals.map((path) => `- ${quoted(path)}`),
    `release: ${quoted(manifest.release)}`,
    sums.length === 0 ? 'sums: {}' : 'sums:',
    ...sums.map(([path, sum]) => `  ${quoted(path)}: ${quoted(sum)}`),
    '',
  ].join('\n');
}

/** Reads a manifest, of the original's too; a text says why it can't be used. */
export function parseManifest(bytes: Uint8Array, source: string): InstalledManifest | string {
  try {
    const { value } = readYaml(bytes, source);
    return isMap(value) ? fromMap(value) : 'it is not a map';
  } catch (error) {
    if (error instanceof GitianError) return error.message;
    throw error;
  }
}

function fromMap(map: OrderedMap): InstalledManifest | string {
  const name = text(map, 'name');
  const release = text(map, 'release');
  if (name === undefined || release === undefined) return 'it names no package or no release';
  const optionals = map.get('optionals') ?? [];
  const sums = map.get('sums') ?? null;
  if (!isList(optionals) || !isMap(sums)) return 'it lists no files';
  const entries = [...sums].flatMap(([path, sum]): [string, string][] =>
    typeof sum === 'string' ? [[path, sum]] : [],
  );
  if (entries.length < sums.size) return 'it lists files without a SHA-256';
  const unsafe = entries.find(([path]) => pathProblem(path) !== undefined)?.[0];
  if (unsafe !== undefined)
    return `it lists a file whose name ${JSON.stringify(unsafe)} ${pathProblem(unsafe) ?? ''}`;
  return {
    name,
    release,
    optionals: optionals.filter((path) => typeof path === 'string'),
    sums: new Map(entries),
  };
}

/** A release such as 12 is a number to YAML. */
function text(map: OrderedMap, key: string): string | undefined {
  const value = map.get(key);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
