import { lastLine, run } from '../../core/processes/process.js';
import { Steps } from '../../core/steps.js';
import { failure } from '../../core/errors/gitian-error.js';
import { isGnupg } from '../../openpgp/gnupg/is-gnupg.js';
import type { SpeakingContext } from '../command.js';
import type { GverifyOptions } from './gverify-options.js';
import { verifyWords } from './verify-program.js';

/**
 * Asks GnuPG to fetch keys from the key server that its configuration names: the one thing that uses a network.
 */
export async function fetchKeys(
  keys: readonly string[],
  options: GverifyOptions,
  { signal, emit }: SpeakingContext,
): Promise<void> {
  const [program, ...args] = verifyWords(options);
  if (!isGnupg(program)) {
    const reason = 'only GnuPG has a keyring that keys can be fetched into';
    throw failure('options-conflict', { one: '--fetch-keys', other: `--verify-program ${program}`, reason });
  }
  const problem = await new Steps(emit).run(`fetching ${String(keys.length)} keys`, async () => {
    const problems: (string | undefined)[] = [];
    for (let at = 0; at < keys.length; at += most) {
      const some = keys.slice(at, at + most);
      const words = { program, args: [...args, '--batch', '--no-tty', '--recv-keys', '--', ...some] };
      problems.push(await receive(words, patience.once + some.length * patience.each, signal));
    }
    return problems.find((each) => each !== undefined);
  });
  // What is still unknown is told with its signer.
  if (problem !== undefined) emit({ kind: 'warning', text: `not all keys could be fetched: ${problem}` });
}

/** How many keys GnuPG is asked for in one go: the system takes arguments of a limited size only. */
const most = 1000;

/**
 * How long GnuPG may take, in milliseconds, and for each key beside: it would wait without end for a key server that takes
 * a connection and says nothing.
 */
const patience = { once: 60_000, each: 10_000 } as const;

/** Runs what fetches keys, and tells why not all are there. GnuPG fails as soon as one of many isn't. */
async function receive(
  words: { readonly program: string; readonly args: readonly string[] },
  milliseconds: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const late = AbortSignal.timeout(milliseconds);
  try {
    const { exitCode, stderr } = await run({
      ...words,
      check: false,
      signal: AbortSignal.any([signal, late]),
    });
    return exitCode === 0 ? undefined : lastLine(stderr);
  } catch (error) {
    if (error !== late.reason) throw error;
    return `no answer within ${String(milliseconds / 1000)} s`;
  }
}
