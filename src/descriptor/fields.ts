import { Findings, placeIn } from '../yaml/findings.js';
import type { YamlDocument } from '../yaml/read.js';
import { isList, isMap, valueAt, type OrderedMap, type YamlPath, type YamlValue } from '../yaml/value.js';
import { ignoredKeys, nearestKey } from './known-keys.js';
import type { TextRule, WordRule } from './rules.js';

/** A value longer than this is shown in part. */
const longestShown = 60;

/** Takes values out of a document; what is wrong is collected with its place, so that all is told in one go. */
export class Fields {
  readonly problems: Findings;
  readonly warnings: Findings;
  readonly #document: YamlDocument;

  constructor(document: YamlDocument, source: string) {
    this.#document = document;
    this.problems = new Findings(placeIn(source));
    this.warnings = new Findings(placeIn(source));
  }

  /** A text that a rule accepts; without a value that is a problem. A number counts as its digits. */
  text(path: YamlPath, rule: TextRule): string {
    const value = this.#at(path);
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && rule.accepts(text)) return text;
    this.wrong(path, rule.expected);
    return '';
  }

  /** Like `text`, or undefined without a value. */
  optionalText(path: YamlPath, rule: TextRule): string | undefined {
    return this.#at(path) === null ? undefined : this.text(path, rule);
  }

  /** One of a few words; without a value `otherwise`, or else a problem. */
  word<T extends string>(path: YamlPath, rule: WordRule<T>, otherwise?: T): T {
    if (otherwise !== undefined && this.#at(path) === null) return otherwise;
    const text = this.text(path, rule);
    return rule.words.find((word) => word === text) ?? rule.words[0];
  }

  /** True or false, and false without a value. */
  flag(path: YamlPath): boolean {
    const value = this.#at(path);
    if (value !== null && typeof value !== 'boolean') this.wrong(path, 'true or false');
    return value === true;
  }

  /** What `read` makes of each item; none without a value. */
  list<T>(path: YamlPath, read: (path: YamlPath) => T): readonly T[] {
    const value = this.#at(path);
    if (isList(value)) return value.map((_, index) => read([...path, index]));
    if (value !== null) this.wrong(path, 'a list');
    return [];
  }

  /** A list with at least one item. */
  filledList<T>(path: YamlPath, read: (path: YamlPath) => T): readonly T[] {
    const value = this.#at(path);
    if (value === null || (isList(value) && value.length === 0))
      this.wrong(path, 'a list with at least one item');
    return this.list(path, read);
  }

  /** What `read` makes of a map, whose keys should be known; undefined where there is none, which is a problem. */
  map<T>(path: YamlPath, known: readonly string[], read: (path: YamlPath) => T): T | undefined {
    const value = this.#at(path);
    if (!isMap(value)) {
      this.wrong(path, `a map with the keys ${known.join(', ')}`);
      return undefined;
    }
    this.#warnOfUnknown(path, value, known);
    return read(path);
  }

  /** Notes that the value at `path` isn't what is expected, or isn't there. */
  wrong(path: YamlPath, expected: string): void {
    this.#problem(path, () => {
      const value = this.#at(path);
      if (value !== null) return `expected ${expected}, not ${shown(value)}`;
      return `${this.#isAbsent(path) ? 'is missing' : 'is empty'}: expected ${expected}`;
    });
  }

  /** Notes a problem with a valid value at `path`, such as with a second of its kind. */
  misplaced(path: YamlPath, problem: string): void {
    this.#problem(path, () => problem);
  }

  /** Notes something that the author should know, but that is no problem. */
  warn(path: YamlPath, warning: () => string): void {
    this.warnings.add(() => ({ place: this.#document.keyPlace(path), text: warning() }));
  }

  #at(path: YamlPath): YamlValue {
    return valueAt(this.#document.value, path);
  }

  /** Whether there is no such key, rather than one without a value. */
  #isAbsent(path: YamlPath): boolean {
    const key = path.at(-1);
    const parent = this.#at(path.slice(0, -1));
    return typeof key === 'string' && isMap(parent) && !parent.has(key);
  }

  #problem(path: YamlPath, problem: () => string): void {
    this.problems.add(() => ({
      place: this.#document.place(path),
      text: `${path.length === 0 ? '' : `${nameOf(path)}: `}${problem()}`,
    }));
  }

  #warnOfUnknown(path: YamlPath, map: OrderedMap, known: readonly string[]): void {
    for (const key of map.keys()) {
      if (!known.includes(key)) this.warn([...path, key], () => unknownKey(key, known, path.length === 0));
    }
  }
}

function unknownKey(key: string, known: readonly string[], atTop: boolean): string {
  const name = JSON.stringify(key.slice(0, longestShown));
  if (atTop && ignoredKeys.includes(key)) return `${name} is another program's key, and ignored`;
  const nearest = nearestKey(key, known);
  const hint = nearest === undefined ? '' : `: did you mean "${nearest}"?`;
  return `the key ${name} is not known, and ignored${hint}`;
}

/** `remotes[0].url` */
function nameOf(path: YamlPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${String(step)}]` : index === 0 ? step : `.${step}`))
    .join('');
}

function shown(value: NonNullable<YamlValue>): string {
  if (isMap(value)) return 'a map';
  if (isList(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value !== 'string') return String(value);
  return value.length > longestShown
    ? `${JSON.stringify(value.slice(0, longestShown))}…`
    : JSON.stringify(value);
}
