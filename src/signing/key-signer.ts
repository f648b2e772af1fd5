import { readFile, writeFile } from 'node:fs/promises';
import { failure } from '../core/errors/gitian-error.js';
import { readBoundedFile } from '../core/files/bounded-file.js';
import { checkDetached } from '../openpgp/check-detached.js';
import { inProcessEngine } from '../openpgp/in-process/engine.js';
import { KeyRing } from '../openpgp/in-process/key-ring.js';
import { readSecretKey, SecretKeyProblem, type SecretKey } from '../openpgp/in-process/secret-key.js';
import type { Signer } from './signer.js';

/** How a key file signs. */
export interface KeySignerOptions {
  readonly file: string;
  /** The file as the user knows it. */
  readonly shown: string;
  /** Asked at most once, and only where the key is locked. */
  readonly passphrase: () => Promise<string>;
  readonly now: () => Date;
}

/** A secret key with all its certifications has at most some hundred kilobytes. */
const limit = 1 << 22;

/** Signs in this process with an OpenPGP secret key from a file. Throws `key-file-unusable`. */
export async function keySigner(options: KeySignerOptions): Promise<Signer> {
  const { shown, now } = options;
  const key = await load(options);
  const ring = new KeyRing();
  ring.add(key.publicKey);
  const engine = inProcessEngine(ring);
  return {
    name: shown,
    sign: async (file) => {
      const signature = await key.sign(await readFile(file), now()).catch((error: unknown) => {
        const outcome = `can't sign: ${error instanceof Error ? error.message : String(error)}`;
        throw failure('signing-failed', { program: shown, outcome, hint: undefined }, { cause: error });
      });
      await writeFile(`${file}.sig`, signature, { flag: 'wx', flush: true });
    },
    verify: async (signed) => {
      const [verdict] = await checkDetached(engine, signed, now().getTime() / 1000);
      return verdict;
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

async function load({ file, shown, passphrase }: KeySignerOptions): Promise<SecretKey> {
  const read = await readBoundedFile(file, limit);
  if (read.kind !== 'read') {
    throw failure('file-unreadable', { what: 'key file', path: shown, reason: read.reason });
  }
  return readSecretKey(read.bytes, passphrase).catch((error: unknown) => {
    if (!(error instanceof SecretKeyProblem)) throw error;
    const params = { path: shown, reason: error.message, lies: error.lies };
    throw failure('key-file-unusable', params, { cause: error });
  });
}
