import { failure } from '../../core/errors/gitian-error.js';
import { programWords } from '../../core/processes/program-words.js';

/** The words of an option that names a program; throws `program-words-unusable`. */
export function programOption(value: string, option: string): readonly [program: string, ...args: string[]] {
  const { words, problem } = programWords(value);
  if (words === undefined) throw failure('program-words-unusable', { option, value, problem });
  return words;
}
