import { resolve } from 'node:path';
import { readBoundedFile } from '../core/bounded-file.js';
import { failure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import type { SignatureEngine } from '../openpgp/engine.js';
import { isGnupg } from '../openpgp/gnupg/is-gnupg.js';
import type { Trust } from '../verify/check-signer.js';
import type { Signers } from '../verify/signers-file.js';
import type { CommandContext } from './command.js';
import type { GverifyOptions } from './gverify-options.js';
import { programOption } from './program-option.js';

/** What signatures are checked with, and what a signer weighs. */
export interface CommandTrust extends AsyncDisposable {
  readonly trust: Trust;
  readonly weightOf: (signer: string) => number;
}

/** The trust that the options ask for: key files in process, else GnuPG's keyring, else a program that says yes or no. */
export async function trustOf(options: GverifyOptions, context: CommandContext, emit: Emit): Promise<CommandTrust> {
  const signers = options.signers === undefined ? undefined : await loadSigners(options.signers, context.cwd);
  const engine = await engineOf(options, context, emit);
  const keysOf = signers === undefined ? undefined : (signer: string): readonly string[] => signers.keysOf(signer);
  return {
    trust: { engine, keysOf, now: Date.now() / 1000 },
    weightOf: (signer) => signers?.weightOf(signer) ?? 1,
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** The words of the program that checks signatures. */
export function verifyWords(options: GverifyOptions): readonly [program: string, ...args: string[]] {
  return programOption(options.verifyProgram ?? 'gpg', '--verify-program');
}

async function engineOf(options: GverifyOptions, context: CommandContext, emit: Emit): Promise<SignatureEngine> {
  const { signal, cwd } = context;
  if (options.keys !== undefined) {
    const { loadKeys } = await import('../verify/key-files.js');
    const { inProcessEngine } = await import('../openpgp/in-process/engine.js');
    const { ring, warnings } = await loadKeys(options.keys.map((path) => resolve(cwd, path)));
    for (const text of warnings) emit({ kind: 'warning', text });
    return inProcessEngine(ring);
  }
  const words = verifyWords(options);
  if (isGnupg(words[0])) {
    const { gnupgEngine } = await import('../openpgp/gnupg/engine.js');
    return gnupgEngine({ words, signal });
  }
  const { programEngine } = await import('../openpgp/program-engine.js');
  return programEngine({ words, signal });
}

/** A list of all signers of a large project has some ten kilobytes. */
const signersLimit = 1 << 22;

async function loadSigners(path: string, cwd: string): Promise<Signers> {
  const file = await readBoundedFile(resolve(cwd, path), signersLimit);
  if (file.kind !== 'read') {
    const reason = file.kind === 'missing' ? 'it does not exist' : file.reason;
    throw failure('file-unreadable', { what: 'list of signers', path, reason });
  }
  const { readSigners } = await import('../verify/signers-file.js');
  return readSigners(file.bytes, path);
}
