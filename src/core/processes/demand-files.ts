import { closeSync, openSync } from 'node:fs';
import { failure } from '../errors/gitian-error.js';
import { hostHint } from '../words/host-failure.js';
import { systemWords } from '../words/system-words.js';

/** Files that starting a program takes for a moment: two for each of its streams, and what Node listens to it with. */
const filesOfStart = 10;

/**
 * Throws `path-unusable` where this process may not open as many files as starting a program takes: Node gives a child
 * without streams then, and an error that nobody can catch.
 */
export function demandFiles(program: string): void {
  const files: number[] = [];
  try {
    while (files.length < filesOfStart) files.push(openSync('/dev/null', 'r'));
  } catch (error) {
    throw failure(
      'path-unusable',
      { path: program, reason: systemWords(error), hint: hostHint(error) },
      { cause: error },
    );
  } finally {
    for (const file of files) closeSync(file);
  }
}
