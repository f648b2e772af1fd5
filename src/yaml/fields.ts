import { failure } from '../core/errors/gitian-error.js';
import { Findings, placeIn } from './findings.js';
import { nearestKey } from './nearest-key.js';
import type { YamlDocument } from './read.js';
import type { NumberRule, TextRule, WordRule } from './rules.js';
import { nameOf, shown } from './sentences.js';
import { isList, isMap, valueAt, type OrderedMap, type YamlPath, type YamlValue } from './value.js';

/** Takes typed values out of a document; what is wrong is collected with its place, so that all is told in one go. */
export class Fields {
  readonly #problems: Findings;
  readonly #warnings: Findings;
  readonly #document: YamlDocument;
  readonly #source: string;
  readonly #foreignKeys: readonly string[];

  /** `foreignKeys` at the top are another program's, and nothing that was misspelt. */
  constructor(document: YamlDocument, source: string, foreignKeys: readonly string[] = []) {
    this.#document = document;
    this.#source = source;
    this.#foreignKeys = foreignKeys;
    this.#problems = new Findings(placeIn(source));
    this.#warnings = new Findings(placeIn(source));
  }

  get problemCount(): number {
    return this.#problems.count;
  }

  /** What the author should know, but is no problem: sentences with their place in front. */
  get warnings(): readonly string[] {
    return [...this.#document.warnings, ...this.#warnings.told()];
  }

  /**
   * What `read` makes of the whole document, if there is nothing wrong with it. Else throws `code` with all that is, and with
   * what would have been warned of: a key that is missing may be one that is misspelt.
   */
  whole<T>(code: 'descriptor-invalid' | 'configuration-invalid', known: readonly string[], read: () => T): T {
    const made = this.map([], known, read);
    if (made !== undefined && this.problemCount === 0) return made;
    const lines = [...this.#problems.below(), ...this.warnings];
    throw failure(code, this.#problems.summary(this.#source), { lines });
  }

  /** What is at `path`; nothing and an empty value are both null. */
  value(path: YamlPath): YamlValue {
    return valueAt(this.#document.value, path);
  }

  /** What `read` makes of the value at `path`; undefined without one. */
  optional<T>(path: YamlPath, read: (path: YamlPath) => T): T | undefined {
    return this.value(path) === null ? undefined : read(path);
  }

  /** A text that a rule accepts; without a value that is a problem. A number counts as its digits. */
  text(path: YamlPath, rule: TextRule): string {
    const value = this.value(path);
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && rule.accepts(text)) return text;
    this.wrong(path, rule.expected);
    return '';
  }

  /** One of a few words. */
  word<T extends string>(path: YamlPath, rule: WordRule<T>): T {
    const text = this.text(path, rule);
    return rule.words.find((word) => word === text) ?? rule.words[0];
  }

  /** A number that a rule accepts; a text that looks like one is none. */
  number(path: YamlPath, rule: NumberRule): number {
    const value = this.value(path);
    if (typeof value === 'number' && rule.accepts(value)) return value;
    this.wrong(path, rule.expected);
    return 0;
  }

  /** True or false, and false without a value. */
  flag(path: YamlPath): boolean {
    const value = this.value(path);
    if (value !== null && typeof value !== 'boolean') this.wrong(path, 'true or false');
    return value === true;
  }

  /** What `read` makes of each item; none without a value. */
  list<T>(path: YamlPath, read: (path: YamlPath) => T): readonly T[] {
    const value = this.value(path);
    if (isList(value)) return value.map((_, index) => read([...path, index]));
    if (value !== null) this.wrong(path, 'a list');
    return [];
  }

  /** A list with at least one item. */
  filledList<T>(path: YamlPath, read: (path: YamlPath) => T): readonly T[] {
    const value = this.value(path);
    if (value === null || (isList(value) && value.length === 0))
      this.wrong(path, 'a list with at least one item');
    return this.list(path, read);
  }

  /** What `read` makes of a map, whose keys should be known; undefined where there is none, which is a problem. */
  map<T>(path: YamlPath, known: readonly string[], read: (path: YamlPath) => T): T | undefined {
    const value = this.value(path);
    if (!isMap(value)) {
      this.wrong(path, `a map with the keys ${known.join(', ')}`);
      return undefined;
    }
    this.#warnOfUnknown(path, value, known);
    return read(path);
  }

  /** What `read` makes of each map in a list; none without a value. */
  listOfMaps<T>(path: YamlPath, known: readonly string[], read: (path: YamlPath) => T): readonly T[] {
    return this.list(path, (item) => this.map(item, known, read)).filter((made) => made !== undefined);
  }

  /** Notes that the value at `path` isn't what is expected, or isn't there. */
  wrong(path: YamlPath, expected: string): void {
    const value = this.value(path);
    if (value !== null) this.problem(path, `expected ${expected}, not ${shown(value)}`);
    else this.problem(path, `${this.#isAbsent(path) ? 'is missing' : 'is empty'}: expected ${expected}`);
  }

  /** Notes what is wrong with the value at `path`, as that it is the second of its kind. */
  problem(path: YamlPath, problem: string): void {
    this.#problems.add(() => ({ place: this.#document.place(path), text: about(path, problem) }));
  }

  /** Notes what is wrong with the last key of `path`, rather than with its value. */
  keyProblem(path: YamlPath, problem: string): void {
    this.#problems.add(() => ({
      place: this.#document.keyPlace(path),
      text: about(path.slice(0, -1), problem),
    }));
  }

  /** Notes something that the author should know, but that is no problem. */
  warn(path: YamlPath, warning: () => string): void {
    this.#warnings.add(() => ({ place: this.#document.keyPlace(path), text: warning() }));
  }

  /** Whether there is no such key, rather than one without a value. */
  #isAbsent(path: YamlPath): boolean {
    const key = path.at(-1);
    const parent = this.value(path.slice(0, -1));
    return typeof key === 'string' && isMap(parent) && !parent.has(key);
  }

  #warnOfUnknown(path: YamlPath, map: OrderedMap, known: readonly string[]): void {
    for (const key of map.keys()) {
      if (known.includes(key)) continue;
      const isForeign = path.length === 0 && this.#foreignKeys.includes(key);
      this.warn([...path, key], () => (isForeign ? foreignKey(key) : unknownKey(key, known)));
    }
  }
}

/** What is at the top has no name. */
function about(path: YamlPath, problem: string): string {
  return path.length === 0 ? problem : `${nameOf(path)}: ${problem}`;
}

function foreignKey(key: string): string {
  return `${JSON.stringify(key)} is another program's key, and ignored`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestKey(key, known);
  const hint = nearest === undefined ? '' : `: did you mean "${nearest}"?`;
  return `the key ${shown(key)} is not known, and ignored${hint}`;
}
