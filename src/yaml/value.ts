/**
 * What YAML says, as plain data. A map is never an object, so that a key such as `__proto__` is a key like any other.
 *
 * A number is one only where its text is the number's own (`String(value)`): `08`, `1e3`, `1.10`, dates and long
 * digits stay text, so that nothing of what was written is lost.
 */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | OrderedMap;

/** Keys with their values in the order of the file: a mapping, or a list tagged `!omap` or `!!omap`. */
export type OrderedMap = ReadonlyMap<string, YamlValue>;

/** From the outside in: keys of maps and indexes of lists. */
export type YamlPath = readonly (string | number)[];

/** Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** True for a map. */
export function isMap(value: YamlValue | undefined): value is OrderedMap {
  return value instanceof Map;
}

/** True for a list. */
export function isList(value: YamlValue | undefined): value is readonly YamlValue[] {
  return Array.isArray(value);
}

/** What is at a path; nothing and an empty value are both null. */
export function valueAt(root: YamlValue, path: YamlPath): YamlValue {
  let value: YamlValue | undefined = root;
  for (const step of path) {
    if (isMap(value)) value = value.get(String(step));
    else if (isList(value)) value = value[Number(step)];
    else return null;
  }
  return value ?? null;
}
