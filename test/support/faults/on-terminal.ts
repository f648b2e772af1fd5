import { existsSync, readFileSync } from 'node:fs';
import { quoteWord, quoteWords } from '../../../src/core/shell-quote.js';
import { until } from '../until.js';

/** What runs a program on a terminal, which is another process; the program's exit code will be in a file. */
export function onTerminal(words: readonly string[], codeFile: string): string[] {
  // The shell that the terminal belongs to ends with it, and with that the others hear of it.
  const inner = `trap : HUP; ${quoteWords(words)}; echo $? >${quoteWord(codeFile)}`;
  return ['script', '--quiet', '--flush', '--command', `${quoteWords(['sh', '-c', inner])}; :`, '/dev/null'];
}

/** How a program on a terminal ended, once it has. */
export async function codeOnTerminal(codeFile: string): Promise<string> {
  return until(
    () => (existsSync(codeFile) ? readFileSync(codeFile, 'utf8').trim() : ''),
    (code) => code !== '',
    120_000,
  );
}
