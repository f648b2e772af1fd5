/** What a value has to be like: in words, after "expected", and as a test. */
interface Rule<T> {
  readonly expected: string;
  readonly accepts: (value: T) => boolean;
}

/** What a text has to look like. */
export type TextRule = Rule<string>;

/** What a number has to be. */
export type NumberRule = Rule<number>;

/** One of a few words. */
export interface WordRule<T extends string> extends TextRule {
  readonly words: readonly [T, ...T[]];
}

/** The rule for one of `words`. */
export function oneOf<T extends string>(...words: readonly [T, ...T[]]): WordRule<T> {
  return {
    words,
    expected: `one of ${words.map((known) => `"${known}"`).join(', ')}`,
    accepts: (text) => words.some((known) => known === text),
  };
}
