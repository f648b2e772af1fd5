import { lastLine, run } from '../core/process.js';
import { Steps } from '../core/steps.js';
import { failure } from '../core/errors/gitian-error.js';
import { isGnupg } from '../openpgp/gnupg/is-gnupg.js';
import type { SpeakingContext } from './command.js';
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
  const { exitCode, stderr } = await new Steps(emit).run(`fetching ${String(keys.length)} keys`, () =>
    run({
      program,
      args: [...args, '--batch', '--no-tty', '--recv-keys', '--', ...keys],
      check: false,
      signal,
    }),
  );
  // GnuPG fails as soon as one of many keys isn't there; what is still unknown is told with its signer.
  if (exitCode !== 0) emit({ kind: 'warning', text: `not all keys could be fetched: ${lastLine(stderr)}` });
}
