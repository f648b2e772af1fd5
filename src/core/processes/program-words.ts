import { split } from 'shlex';

/** A program and its first arguments, as one line names them; or why the line can't be used. */
export type ProgramWords =
  | { readonly words: readonly [program: string, ...args: string[]]; readonly problem?: undefined }
  | { readonly problem: string; readonly words?: undefined };

/**
 * Splits one line into words as a POSIX shell does. Only quotes and backslashes mean something, since no shell is run:
 * what a shell would do more (variables, `~`, pipes) is a problem instead of being taken literally, because whoever
 * writes it expects it to happen.
 */
export function programWords(line: string): ProgramWords {
  const expansion = /[$`\0]/.exec(line)?.[0];
  if (expansion !== undefined) return { problem: noShell(expansion) };
  const words = quotedWords(line);
  if (words === undefined) return { problem: 'a quote has no end, or a backslash ends it' };
  const [program, ...args] = words;
  if (program === undefined || program === '') return { problem: 'it names no program' };
  if (/^\w+=/.test(program)) return { problem: noShell(program) };
  const meant = [program, ...args].find((word) => operator.test(word));
  return meant === undefined ? { words: [program, ...args] } : { problem: noShell(meant) };
}

/** The words of a line, of which nothing but quotes and backslashes is read; undefined where one of those has no end. */
export function quotedWords(line: string): readonly string[] | undefined {
  try {
    return split(line);
  } catch {
    return undefined;
  }
}

/** A pipe, a list, a redirection, or somebody's home directory. */
const operator = /^(?:[|&;()]+|\d*[<>]+(?:&\d|\/dev\/\w+)?|~.*|.*[;&|])$/;

function noShell(word: string): string {
  return `${JSON.stringify(word)} means something to a shell, and no shell is run`;
}
