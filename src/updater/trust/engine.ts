import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../core/errors/gitian-error.js';
import { run } from '../../core/processes/process.js';
import { temporaryFolder } from '../../core/files/temporary-folder.js';
import type { SignatureEngine } from '../../openpgp/engine.js';
import { gnupgEngine } from '../../openpgp/gnupg/engine.js';
import { inProcessEngine } from '../../openpgp/in-process/engine.js';
import { KeyRing } from '../../openpgp/in-process/key-ring.js';
import type { TrustedKey } from './trusted-keys.js';

/** What checks signatures: openpgp.js in this process, or the GnuPG at `gpg`, with nothing but the trusted keys. */
export async function trustEngine(
  keys: readonly TrustedKey[],
  options: { readonly gpg: string | undefined; readonly signal: AbortSignal },
): Promise<SignatureEngine> {
  if (options.gpg !== undefined) return gnupgWith(keys, options.gpg, options.signal);
  const ring = new KeyRing();
  for (const { key } of keys) ring.add(key);
  return inProcessEngine(ring);
}

/** GnuPG in a home of its own, so that no key of the user's counts. */
async function gnupgWith(
  keys: readonly TrustedKey[],
  gpg: string,
  signal: AbortSignal,
): Promise<SignatureEngine> {
  const folder = await temporaryFolder('keys');
  const home = folder.path;
  try {
    const words: [string, ...string[]] = [
      gpg,
      '--homedir',
      join(home, 'home'),
      '--no-options',
      '--no-autostart',
    ];
    await mkdir(join(home, 'home'), { mode: 0o700 });
    for (const [index, { file, signer }] of keys.entries()) {
      const path = join(home, `${String(index)}.pgp`);
      await writeFile(path, file.bytes);
      await importKey(words, path, { name: signer.name, signal });
    }
    const engine = await gnupgEngine({ words, signal });
    return {
      name: engine.name,
      atOnce: engine.atOnce,
      check: (...signed) => engine.check(...signed),
      [Symbol.asyncDispose]: async () => {
        await engine[Symbol.asyncDispose]();
        await folder[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

async function importKey(
  [gpg, ...words]: readonly [string, ...string[]],
  path: string,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<void> {
  const args = [...words, '--batch', '--no-tty', '--no-auto-check-trustdb', '--import', '--', path];
  const { exitCode, stderr } = await run({ program: gpg, args, check: false, signal });
  if (exitCode === 0) return;
  throw failure('process-failed', {
    program: gpg,
    outcome: `exited with ${String(exitCode)} while it imported the key of ${name}`,
    words: stderr.trimEnd().split('\n').at(-1) ?? '',
  });
}
