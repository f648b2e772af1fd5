import { isList, isMap, type YamlPath, type YamlValue } from './value.js';

/** A text longer than this is shown in part. */
export const longestShown = 60;

/** A path in a sentence: `remotes[0].url`. */
export function nameOf(path: YamlPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${String(step)}]` : index === 0 ? step : `.${step}`))
    .join('');
}

/** A value in a sentence, behind "not": a text in quotes, and of what holds others its kind. */
export function shown(value: YamlValue): string {
  if (value === null) return 'empty';
  if (isMap(value)) return 'a map';
  if (isList(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value !== 'string') return String(value);
  return value.length > longestShown
    ? `${JSON.stringify(value.slice(0, longestShown))}…`
    : JSON.stringify(value);
}
