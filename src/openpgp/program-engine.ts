import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../core/processes/process.js';
import { temporaryFolder } from '../core/files/temporary-folder.js';
import type { Finding, SignatureEngine, SigningKey } from './engine.js';

/** What checks signatures where it isn't GnuPG. */
export interface ProgramOptions {
  readonly words: readonly [string, ...string[]];
  readonly signal: AbortSignal;
}

/**
 * Checks signatures with a program that is called as the original calls one, `<words> --quiet --batch --verify <signature>
 * <file>`, and says no more than its exit code. Whose key it was stays unknown.
 */
export async function programEngine({ words, signal }: ProgramOptions): Promise<SignatureEngine> {
  const folder = await temporaryFolder('verify');
  let count = 0;
  return {
    name: 'program',
    atOnce: 4,
    check: async (signature, signed): Promise<Finding> => {
      const file = join(folder.path, String(count++));
      try {
        // The program sees exactly the bytes that were read, whatever happens to the file they were read from.
        await writeFile(file, signed, { mode: 0o600, flag: 'wx' });
        await writeFile(`${file}.sig`, signature.bytes, { mode: 0o600, flag: 'wx' });
        const [program, ...args] = words;
        const { exitCode } = await run({
          program,
          args: [...args, '--quiet', '--batch', '--verify', `${file}.sig`, file],
          check: false,
          signal,
        });
        return exitCode === 0 ? { kind: 'valid', key: someKey } : { kind: 'invalid', userId: undefined };
      } finally {
        await rm(file, { force: true });
        await rm(`${file}.sig`, { force: true });
      }
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const someKey: SigningKey = {
  fingerprint: undefined,
  primaryFingerprint: undefined,
  userId: undefined,
  bits: undefined,
  created: undefined,
  expires: undefined,
  revoked: undefined,
};
