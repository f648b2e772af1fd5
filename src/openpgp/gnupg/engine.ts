import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLine, run } from '../../core/process.js';
import type { Finding, Revocation, SignatureEngine, SigningKey } from '../engine.js';
import { decidingRevocation, earliest } from '../key-times.js';
import type { SignaturePacket } from '../signature-packet.js';
import { checkOutcome, type CheckOutcome } from './check-outcome.js';
import { listedKeys, type ListedKey } from './key-listing.js';
import { statusLines } from './status.js';

/** How GnuPG is called. */
export interface GnupgOptions {
  /** `gpg`, and options that go before all others. */
  readonly words: readonly [string, ...string[]];
  readonly signal: AbortSignal;
}

/** Checks signatures with GnuPG and its keyring. Asks no network, changes no keyring. */
export async function gnupgEngine(options: GnupgOptions): Promise<SignatureEngine> {
  const gnupg = new Gnupg(options, await mkdtemp(join(tmpdir(), 'gitian-gpg-')));
  return {
    name: 'gnupg',
    check: (signature, signed) => gnupg.check(signature, signed),
    [Symbol.asyncDispose]: () => gnupg.dispose(),
  };
}

class Gnupg {
  readonly #options: GnupgOptions;
  readonly #folder: string;
  readonly #listings = new Map<string, Promise<ReadonlyMap<string, ListedKey>>>();
  #count = 0;

  constructor(options: GnupgOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  async check(signature: SignaturePacket, signed: Uint8Array): Promise<Finding> {
    // GnuPG takes one of the two from stdin: the signature lies in a folder that only we can read.
    const file = join(this.#folder, `${String(this.#count++)}.sig`);
    await writeFile(file, signature.bytes, { mode: 0o600, flag: 'wx' });
    try {
      const { stdout, stderr } = await this.#run(
        ['--status-fd', '1', ...weakAllowed, '--verify', '--', file, '-'],
        signed,
      );
      return await this.#finding(checkOutcome(statusLines(stdout), lastWords(stderr)));
    } finally {
      await rm(file, { force: true });
    }
  }

  async dispose(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #finding(outcome: CheckOutcome): Promise<Finding> {
    if (outcome.kind !== 'valid') return outcome;
    const { fingerprint, primaryFingerprint, userId, revoked } = outcome;
    const listed = await this.#listing('--list-keys', primaryFingerprint);
    const own = listed.get(fingerprint);
    const primary = listed.get(primaryFingerprint);
    if (own === undefined || primary === undefined) {
      return { kind: 'unsupported', reason: `GnuPG doesn't list the key ${primaryFingerprint}` };
    }
    const isRevoked = revoked || own.revoked || primary.revoked;
    const key: SigningKey = {
      fingerprint,
      primaryFingerprint,
      userId,
      bits: own.bits,
      created: own.created,
      expires: earliest(own.expires, primary.expires),
      revoked: isRevoked ? await this.#revocation(fingerprint, primaryFingerprint) : undefined,
    };
    return { kind: 'valid', key };
  }

  /** When and why the key was revoked; at once and for no reason where GnuPG can't say. */
  async #revocation(fingerprint: string, primaryFingerprint: string): Promise<Revocation> {
    const listed = await this.#listing('--check-sigs', primaryFingerprint);
    const revocations = [fingerprint, primaryFingerprint].flatMap(
      (key) => listed.get(key)?.revocations ?? [],
    );
    return decidingRevocation(revocations) ?? { at: 0, reason: 'unspecified' };
  }

  /** Each key is listed once, however many signatures it made. */
  #listing(command: '--list-keys' | '--check-sigs', key: string): Promise<ReadonlyMap<string, ListedKey>> {
    const about = `${command} ${key}`;
    const known = this.#listings.get(about);
    if (known !== undefined) return known;
    const listing = this.#run(['--with-colons', '--fixed-list-mode', command, '--', key]).then(({ stdout }) =>
      listedKeys(stdout),
    );
    this.#listings.set(about, listing);
    return listing;
  }

  #run(args: readonly string[], stdin?: Uint8Array): Promise<{ stdout: string; stderr: string }> {
    const [program, ...words] = this.#options.words;
    return run({
      program,
      args: [...words, ...quiet, ...args],
      ...(stdin === undefined ? {} : { stdin }),
      check: false,
      signal: this.#options.signal,
    });
  }
}

/** Asks nobody, reaches no network, and doesn't look at who certified whom: signers are known by fingerprint. */
const quiet = [
  '--batch',
  '--no-tty',
  '--no-auto-key-retrieve',
  '--disable-dirmngr',
  '--no-auto-check-trustdb',
  '--trust-model',
  'always',
];

/** A weak digest is a remark of ours, not a reason to say nothing. */
const weakAllowed = ['--allow-weak-digest-algos'];

function lastWords(stderr: string): string {
  return lastLine(stderr).replace(/^gpg: /, '');
}
