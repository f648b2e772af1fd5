import { failure, type GitianError } from '../../core/errors/gitian-error.js';
import type { Place } from '../value.js';

/** A text and the name its file has in messages. */
export interface NamedText {
  readonly text: string;
  readonly source: string;
}

/** The place of `offset` in `text`. */
export function placeAt(text: string, offset: number): Place {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', start)) {
    line += 1;
    start = end + 1;
  }
  const before = text.slice(start, offset);
  const pairs = before.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0;
  return { line, column: before.length - pairs + 1 };
}

/** The failure of a file that breaks YAML's rules at `offset`. */
export function brokenYaml({ text, source }: NamedText, offset: number, problem: string): GitianError {
  return failure('yaml-broken', { source, ...placeAt(text, offset), problem });
}

/** The failure of a file that isn't YAML at all, or not to be read. */
export function unusableYaml(source: string, problem: string): GitianError {
  return failure('yaml-unusable', { source, problem });
}
