import type { Gpg } from './gpg.js';
import { listedKeys, type ListedKey } from './key-listing.js';

/** A listing: the keys in it by fingerprint. */
type Listing = ReadonlyMap<string, ListedKey>;

/** What GnuPG lists of keys; each is listed once, however many signatures it made. */
export class KeyListings {
  readonly #gpg: Gpg;
  readonly #known = new Map<string, Promise<Listing>>();

  constructor(gpg: Gpg) {
    this.#gpg = gpg;
  }

  /** Lists in one go the keys that are named so and that there are. */
  async foresee(names: readonly (string | undefined)[]): Promise<void> {
    const wanted = [...new Set(names.filter((name) => name !== undefined))];
    if (wanted.length === 0) return;
    const listing = await this.#list('--list-keys', wanted);
    for (const { primaryFingerprint } of listing.values()) {
      this.#known.set(`--list-keys ${primaryFingerprint}`, Promise.resolve(listing));
    }
  }

  /** The listing that has the key with this fingerprint, if there is one. */
  of(primaryFingerprint: string): Promise<Listing> {
    return this.#once('--list-keys', primaryFingerprint);
  }

  /** The same, with the signatures over it that GnuPG has checked. */
  withSignatures(primaryFingerprint: string): Promise<Listing> {
    return this.#once('--check-sigs', primaryFingerprint);
  }

  #once(command: '--list-keys' | '--check-sigs', key: string): Promise<Listing> {
    const about = `${command} ${key}`;
    const listing = this.#known.get(about) ?? this.#list(command, [key]);
    this.#known.set(about, listing);
    return listing;
  }

  async #list(command: string, keys: readonly string[]): Promise<Listing> {
    const args = ['--with-colons', '--fixed-list-mode', command, '--', ...keys];
    return listedKeys((await this.#gpg.run(args)).stdout);
  }
}
