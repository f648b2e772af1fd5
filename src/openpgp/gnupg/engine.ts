import { join } from 'node:path';
import { Gatherer } from '../../core/gatherer.js';
import { inParallel } from '../../core/parallel.js';
import { temporaryFolder } from '../../core/files/temporary-folder.js';
import type { Finding, Revocation, SignatureEngine, SigningKey } from '../engine.js';
import { decidingRevocation, earliest } from '../key-times.js';
import { batches } from './batches.js';
import { checkFiles, checkOne, type Job } from './check-files.js';
import type { CheckOutcome } from './check-outcome.js';
import { Gpg, type GnupgOptions } from './gpg.js';
import { KeyListings } from './key-listings.js';

/** Checks signatures with GnuPG and its keyring. Asks no network, changes no keyring. */
export async function gnupgEngine(options: GnupgOptions): Promise<SignatureEngine> {
  const folder = await temporaryFolder('gpg');
  const checker = new Checker(new Gpg(options), folder.path);
  return {
    name: 'gnupg',
    // Starting GnuPG takes longer than what it has to do for one signature, so it is asked for many in one go.
    atOnce: 64,
    check: (signature, signed) => checker.check({ signature, signed }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

class Checker {
  readonly #gpg: Gpg;
  readonly #folder: string;
  readonly #listings: KeyListings;
  readonly #gatherer = new Gatherer<Job, Finding>((jobs) => this.#checkAll(jobs));
  #count = 0;

  constructor(gpg: Gpg, folder: string) {
    this.#gpg = gpg;
    this.#folder = folder;
    this.#listings = new KeyListings(gpg);
  }

  check(job: Job): Promise<Finding> {
    return this.#gatherer.ask(job);
  }

  async #checkAll(jobs: readonly Job[]): Promise<readonly Finding[]> {
    const findings = await inParallel(batches(jobs), 2, async (batch) => {
      const outcomes = batch.length === 1 ? undefined : await this.#together(batch);
      return inParallel(batch, 4, (job, index) => this.#finding(job, outcomes?.[index]));
    });
    return findings.flat();
  }

  /** What GnuPG says of several signatures, while it lists the keys that they name. */
  async #together(batch: readonly Job[]): Promise<readonly CheckOutcome[] | undefined> {
    const [, outcomes] = await Promise.all([
      this.#listings.foresee(
        batch.map(({ signature }) => signature.issuerFingerprint ?? signature.issuerKeyId),
      ),
      checkFiles(this.#gpg, batch, this.#place()),
    ]);
    return outcomes;
  }

  async #finding(job: Job, first: CheckOutcome | undefined): Promise<Finding> {
    // Only what is plain is taken from many answers at once; everything else GnuPG is asked again, about this one alone.
    const isPlain = first?.kind === 'valid' || first?.kind === 'key-unknown';
    const outcome = isPlain ? first : await checkOne(this.#gpg, job, this.#place());
    return outcome.kind === 'valid' ? this.#withKey(outcome) : outcome;
  }

  async #withKey(outcome: CheckOutcome & { readonly kind: 'valid' }): Promise<Finding> {
    const { fingerprint, primaryFingerprint, userId, revoked } = outcome;
    const listed = await this.#listings.of(primaryFingerprint);
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
    const listed = await this.#listings.withSignatures(primaryFingerprint);
    const revocations = [fingerprint, primaryFingerprint].flatMap(
      (key) => listed.get(key)?.revocations ?? [],
    );
    return decidingRevocation(revocations) ?? { at: 0, reason: 'unspecified' };
  }

  /** A place for files that nobody else has. */
  #place(): string {
    return join(this.#folder, String(this.#count++));
  }
}
