import { Findings, placeIn } from '../yaml/findings.js';
import type { YamlDocument } from '../yaml/read.js';
import { isList, isMap, valueAt, type YamlPath, type YamlValue } from '../yaml/value.js';

/** Takes typed values out of a configuration; what is wrong is collected, so that all of it is told in one go. */
export class ConfigurationFields {
  readonly problems: Findings;
  readonly warnings: Findings;
  readonly #document: YamlDocument;

  constructor(document: YamlDocument, source: string) {
    this.#document = document;
    this.problems = new Findings(placeIn(source));
    this.warnings = new Findings(placeIn(source));
  }

  /** What is at `path`; nothing and an empty value are both null. */
  value(path: YamlPath): YamlValue {
    return valueAt(this.#document.value, path);
  }

  /** What `take` makes of the value at `path`, where there is one. */
  optional<T>(path: YamlPath, take: (path: YamlPath) => T): T | undefined {
    return this.value(path) === null ? undefined : take(path);
  }

  text(path: YamlPath): string {
    const value = this.value(path);
    // A name or a pattern of digits is a number to YAML, and a text all the same.
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value !== '') return value;
    this.wrong(path, 'text', value);
    return '';
  }

  /** A text that `parse` understands. */
  parsed<T>(path: YamlPath, expected: string, parse: (text: string) => T | undefined): T | undefined {
    const text = this.text(path);
    if (text === '') return undefined;
    const parsed = parse(text);
    if (parsed === undefined) this.wrong(path, expected, text);
    return parsed;
  }

  /** A whole number of at least 1; a text that looks like one is none. */
  whole(path: YamlPath): number {
    const value = this.value(path);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
    this.wrong(path, 'a whole number of at least 1', value);
    return 0;
  }

  /** A number from 0 to `most`. */
  amount(path: YamlPath, most: number): number {
    const value = this.value(path);
    if (typeof value === 'number' && value >= 0 && value <= most) return value;
    this.wrong(path, `a number of at least 0 and at most ${String(most)}`, value);
    return 0;
  }

  list<T>(path: YamlPath, take: (path: YamlPath) => T): readonly T[] {
    const value = this.value(path);
    if (value === null) return [];
    if (isList(value)) return value.map((_, index) => take([...path, index]));
    this.wrong(path, 'a list', value);
    return [];
  }

  warnUnknown(path: YamlPath, known: readonly string[]): void {
    const value = this.value(path);
    if (path.length > 0 && !isMap(value)) return;
    for (const key of isMap(value) ? value.keys() : []) {
      const at = [...path, key];
      if (!known.includes(key))
        this.warnings.add(() => ({
          place: this.#document.keyPlace(at),
          text: `${this.nameOf(at)} is not known, and ignored`,
        }));
    }
  }

  wrong(path: YamlPath, expected: string, found: YamlValue): void {
    const name = this.nameOf(path);
    this.problem(
      path,
      found === null ? `${name} is missing` : `${name} must be ${expected}, not ${kindOf(found)}`,
    );
  }

  problem(path: YamlPath, text: string): void {
    this.problems.add(() => ({ place: this.#document.place(path), text }));
  }

  /** Of the last key of `path`, and not of the value there. */
  keyProblem(path: YamlPath, text: string): void {
    this.problems.add(() => ({ place: this.#document.keyPlace(path), text }));
  }

  /** `urls[0].url` */
  nameOf(path: YamlPath): string {
    return path
      .map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${step}`))
      .join('')
      .replace(/^\./, '');
  }
}

function kindOf(value: YamlValue): string {
  if (isMap(value)) return 'a map';
  if (isList(value)) return 'a list';
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`;
  return String(value);
}
