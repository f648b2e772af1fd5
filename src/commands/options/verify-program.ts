import { failure } from '../../core/errors/gitian-error.js';
import type { SignatureEngine } from '../../openpgp/engine.js';
import { isGnupg } from '../../openpgp/gnupg/is-gnupg.js';
import type { GverifyOptions } from './gverify-options.js';
import { programOption } from './program-option.js';

/** What checks signatures where it isn't this process: GnuPG, or a program that only says yes or no. */
export async function programEngineOf(
  options: GverifyOptions,
  signal: AbortSignal,
): Promise<SignatureEngine> {
  const words = verifyWords(options);
  if (isGnupg(words[0])) {
    const { gnupgEngine } = await import('../../openpgp/gnupg/engine.js');
    return gnupgEngine({ words, signal });
  }
  refuseWhatNeedsKeys(words[0], options);
  const { programEngine } = await import('../../openpgp/program-engine.js');
  return programEngine({ words, signal });
}

/** Throws `options-conflict` for what counts or compares keys: a program that only says yes or no names none. */
function refuseWhatNeedsKeys(program: string, { threshold, signers }: GverifyOptions): void {
  for (const [one, given] of Object.entries({ '--threshold': threshold, '--signers': signers })) {
    if (given === undefined) continue;
    const reason = 'only GnuPG says whose key a signature is by';
    throw failure('options-conflict', { one, other: `--verify-program ${program}`, reason });
  }
}

/** The words of the program that checks signatures. */
export function verifyWords(options: GverifyOptions): readonly [program: string, ...args: string[]] {
  return programOption(options.verifyProgram ?? 'gpg', '--verify-program');
}
