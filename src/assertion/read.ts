import { failure } from '../core/errors/gitian-error.js';
import { Findings, lineOnly } from '../yaml/findings.js';
import type { YamlDocument } from '../yaml/read.js';
import { readQuickly } from '../yaml/read-quickly.js';
import { nameOf, shown } from '../yaml/sentences.js';
import { isList, isMap, type OrderedMap, type YamlPath, type YamlValue } from '../yaml/value.js';
import type { Assertion } from './assertion.js';
import { strangeLines } from './manifest.js';
import type { Report } from './report.js';

/** Reads `result/<name>-res.yml`. Throws `report-unusable` with all problems, or what `readYaml` throws. */
export function readReport(bytes: Uint8Array, source: string): Promise<Report> {
  return read(bytes, source, reportIn);
}

/** Reads a `.assert`. Throws `report-unusable` with all problems, or what `readYaml` throws. */
export function readAssertion(bytes: Uint8Array, source: string): Promise<Assertion> {
  return read(bytes, source, (fields) => ({
    ...reportIn(fields),
    release: fields.label('release'),
    name: fields.label('name'),
    type: fields.text('type', 'build'),
    optionals: fields.texts('optionals'),
  }));
}

/** A parser is loaded only for what isn't written as usual, and to find the places of what is wrong. */
async function read<T>(bytes: Uint8Array, source: string, take: (fields: Fields) => T): Promise<T> {
  const value = readQuickly(bytes, source);
  if (value !== undefined) {
    const fields = new Fields({ value });
    const taken = take(fields);
    if (fields.isSound) return taken;
  }
  const { readYaml } = await import('../yaml/read.js');
  const fields = new Fields(readYaml(bytes, source));
  const taken = take(fields);
  fields.throwProblems(source);
  return taken;
}

/** Old versions wrote no cache manifests, and none had base manifests where a build had no packages. */
function reportIn(fields: Fields): Report {
  return {
    outManifest: fields.manifest('out_manifest'),
    inManifest: fields.text('in_manifest', ''),
    baseManifests: fields.mapOfTexts('base_manifests'),
    cacheCommonManifest: fields.text('cache_common_manifest', ''),
    cachePackageManifest: fields.text('cache_package_manifest', ''),
  };
}

/** A document, or just its value. */
type FieldSource = Pick<YamlDocument, 'value'> & Partial<Pick<YamlDocument, 'place'>>;

/** The values of a document by key; what is wrong with them is collected, so that it is told in one go. */
class Fields {
  readonly #document: FieldSource;
  readonly #map: OrderedMap;
  readonly #problems = new Findings(lineOnly);

  constructor(document: FieldSource) {
    this.#document = document;
    const { value } = document;
    this.#map = isMap(value) ? value : new Map();
    if (!isMap(value)) this.#problem([], 'it must be a map with out_manifest, in_manifest and so on');
  }

  get isSound(): boolean {
    return this.#problems.count === 0;
  }

  /** A text; where it is missing or empty, `otherwise`, and without that a problem. */
  text(key: string, otherwise?: string): string {
    const value = this.#map.get(key) ?? null;
    if (typeof value === 'string') return value;
    if (value === null && otherwise !== undefined) return otherwise;
    this.#wrong([key], 'text', value);
    return '';
  }

  /** A text, or a number that somebody wrote without quotes. */
  label(key: string): string {
    const value = this.#map.get(key);
    return typeof value === 'number' ? String(value) : this.text(key);
  }

  manifest(key: string): string {
    const text = this.text(key);
    const [strange] = strangeLines(text);
    if (strange !== undefined) {
      this.#problem([key], `line ${String(strange)} of ${key} must be a SHA-256, two spaces and a path`);
    }
    return text;
  }

  texts(key: string): readonly string[] {
    const value = this.#map.get(key) ?? [];
    if (isList(value) && value.every((item) => typeof item === 'string')) return value;
    this.#wrong([key], 'a list of texts', value);
    return [];
  }

  mapOfTexts(key: string): ReadonlyMap<string, string> {
    const value = this.#map.get(key) ?? [];
    const texts = new Map<string, string>();
    // An empty map of the original's is written as an empty list.
    if (isList(value) && value.length === 0) return texts;
    if (!isMap(value)) this.#wrong([key], 'a map of texts', value);
    else {
      for (const [name, text] of value) {
        if (typeof text === 'string' || text === null) texts.set(name, text ?? '');
        else this.#wrong([key, name], 'text', text);
      }
    }
    return texts;
  }

  throwProblems(source: string): void {
    if (this.isSound) return;
    const lines = this.#problems.below().map((problem) => `  ${problem}`);
    throw failure('report-unusable', this.#problems.summary(source), { lines });
  }

  #wrong(path: YamlPath, expected: string, found: YamlValue): void {
    const missing = found === null && !(path.length === 1 && this.#map.has(String(path[0])));
    const name = nameOf(path);
    this.#problem(path, missing ? `${name} is missing` : `${name} must be ${expected}, not ${shown(found)}`);
  }

  #problem(path: YamlPath, problem: string): void {
    const isThere = path.length > 0 && this.#map.has(String(path[0]));
    this.#problems.add(() => ({
      place: isThere ? this.#document.place?.(path) : undefined,
      text: problem,
    }));
  }
}
