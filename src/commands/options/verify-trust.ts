import { resolve } from 'node:path';
import { readBoundedFile } from '../../core/files/bounded-file.js';
import { failure } from '../../core/errors/gitian-error.js';
import type { SignatureEngine } from '../../openpgp/engine.js';
import type { KeyRing } from '../../openpgp/in-process/key-ring.js';
import type { SignerList } from '../../verify/signer-list.js';
import type { CommandContext, SpeakingContext } from '../command.js';
import type { GverifyOptions } from './gverify-options.js';

/** The list of signers that `--signers` names; undefined without one. */
export async function signersOf(
  { signers: path }: GverifyOptions,
  { cwd }: CommandContext,
): Promise<SignerList | undefined> {
  if (path === undefined) return undefined;
  const file = await readBoundedFile(resolve(cwd, path), signersLimit);
  if (file.kind !== 'read') {
    throw failure('file-unreadable', { what: 'list of signers', path, reason: file.reason });
  }
  const { readSigners } = await import('../../verify/signers-file.js');
  return readSigners(file.bytes, path);
}

/** A list of all signers of a large project has some ten kilobytes. */
const signersLimit = 1 << 22;

/** The keys that `--keys` names; undefined without one. Broken files are warned of. */
export async function keysOf(
  { keys }: GverifyOptions,
  { cwd, emit }: SpeakingContext,
): Promise<KeyRing | undefined> {
  if (keys === undefined) return undefined;
  const { loadKeys } = await import('../../verify/key-files.js');
  const { ring, warnings } = await loadKeys(keys.map((path) => resolve(cwd, path)));
  for (const text of warnings) emit({ kind: 'warning', text });
  return ring;
}

/** What checks signatures: key files in process, else GnuPG's keyring, else a program that only says yes or no. */
export async function engineOf(
  options: GverifyOptions,
  { signal }: CommandContext,
  ring: KeyRing | undefined,
): Promise<SignatureEngine> {
  if (ring !== undefined) {
    const { inProcessEngine } = await import('../../openpgp/in-process/engine.js');
    return inProcessEngine(ring);
  }
  const { programEngineOf } = await import('./verify-program.js');
  return programEngineOf(options, signal);
}
