import { run } from '../../core/processes/process.js';
import type { SpeakingContext } from '../command.js';
import type { GverifyOptions } from './gverify-options.js';
import { verifyWords } from './verify-program.js';

/** Warns of keys that signatures name and that are not at hand, and of a keyring that GnuPG can't look into. */
export async function tellUnknownKeys(
  keys: readonly string[],
  options: GverifyOptions,
  { signal, emit }: SpeakingContext,
): Promise<void> {
  const hasFiles = options.keys !== undefined;
  // To look for one that isn't there GnuPG reads all of its keyring.
  const trouble = hasFiles ? undefined : await keyringTrouble(keys[0] ?? '', options, signal);
  if (trouble !== undefined) emit({ kind: 'warning', text: `GnuPG can't look into its keyring: ${trouble}` });
  emit({
    kind: 'warning',
    text: `these keys are not at hand: ${keys.join(' ')}`,
    hint: hasFiles
      ? 'give a file or a folder that has them with another --keys'
      : 'gpg --import FILE, or --keys FOLDER',
  });
}

/** What GnuPG says of the keyring itself when it is asked for a key; undefined where it only doesn't have it. */
async function keyringTrouble(
  key: string,
  options: GverifyOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [program, ...words] = verifyWords(options);
  const { stderr } = await run({
    program,
    args: [...words, '--batch', '--no-tty', '--no-auto-check-trustdb', '--list-keys', '--', key],
    check: false,
    signal,
  });
  return /^gpg: ((?:keyblock resource|keydb_search failed).*)$/m.exec(stderr)?.[1];
}
