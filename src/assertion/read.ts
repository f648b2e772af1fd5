import { failure } from '../core/errors/gitian-error.js';
import { readYaml, type YamlDocument } from '../yaml/read.js';
import { isList, isMap, type OrderedMap, type YamlPath, type YamlValue } from '../yaml/value.js';
import type { Assertion } from './assertion.js';
import { strangeLines } from './manifest.js';
import type { Report } from './report.js';

/** Reads `result/<name>-res.yml`. Throws `report-unusable` with all problems, or what `readYaml` throws. */
export function readReport(bytes: Uint8Array, source: string): Report {
  const fields = new Fields(readYaml(bytes, source));
  const report = reportIn(fields);
  fields.throwProblems(source);
  return report;
}

/** Reads a `.assert`. Throws `report-unusable` with all problems, or what `readYaml` throws. */
export function readAssertion(bytes: Uint8Array, source: string): Assertion {
  const fields = new Fields(readYaml(bytes, source));
  const assertion: Assertion = {
    ...reportIn(fields),
    release: fields.label('release'),
    name: fields.label('name'),
    type: fields.text('type', 'build'),
    optionals: fields.texts('optionals'),
  };
  fields.throwProblems(source);
  return assertion;
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

/** The values of a document by key; what is wrong with them is collected, so that it is told in one go. */
class Fields {
  readonly #document: YamlDocument;
  readonly #map: OrderedMap;
  readonly #problems: string[] = [];

  constructor(document: YamlDocument) {
    this.#document = document;
    const { value } = document;
    this.#map = isMap(value) ? value : new Map();
    if (!isMap(value)) this.#problem([], 'it must be a map with out_manifest, in_manifest and so on');
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
    if (this.#problems.length === 0) return;
    const problems = this.#problems;
    throw failure(
      'report-unusable',
      { source, problems },
      { lines: problems.length === 1 ? [] : problems.map((problem) => `  ${problem}`) },
    );
  }

  #wrong(path: YamlPath, expected: string, found: YamlValue): void {
    const missing = found === null && !(path.length === 1 && this.#map.has(String(path[0])));
    const name = path.join('.');
    this.#problem(path, missing ? `${name} is missing` : `${name} must be ${expected}, not ${kindOf(found)}`);
  }

  #problem(path: YamlPath, problem: string): void {
    const place = path.length > 0 && this.#map.has(String(path[0])) ? this.#document.place(path) : undefined;
    this.#problems.push(place === undefined ? problem : `line ${String(place.line)}: ${problem}`);
  }
}

function kindOf(value: YamlValue): string {
  if (value === null) return 'empty';
  if (isMap(value)) return 'a map';
  if (isList(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return `${typeof value === 'boolean' ? 'the word' : 'the number'} ${String(value)}`;
}
