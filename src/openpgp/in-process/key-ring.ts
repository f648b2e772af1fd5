import { mergeKeys, type TransferableKey } from './transferable-key.js';

/** Public keys by the names of their primary keys and subkeys. */
export class KeyRing {
  readonly #byPrimary = new Map<string, TransferableKey>();
  /** Fingerprints and key IDs of primary keys and subkeys, to fingerprints of primary keys. */
  readonly #owners = new Map<string, Set<string>>();

  /** Adds a key; a second copy of one adds what it has more. */
  add(key: TransferableKey): void {
    const known = this.#byPrimary.get(key.fingerprint);
    this.#byPrimary.set(key.fingerprint, known === undefined ? key : mergeKeys(known, key));
    for (const { fingerprint, keyId } of [key, ...key.subkeys]) {
      for (const name of [fingerprint, keyId]) this.#ownersOf(name).add(key.fingerprint);
    }
  }

  /** All keys, as plain data. */
  get keys(): readonly TransferableKey[] {
    return [...this.#byPrimary.values()];
  }

  get size(): number {
    return this.#byPrimary.size;
  }

  /** The keys that have `name`, a fingerprint or a key ID, as their primary key's or a subkey's. */
  find(name: string): readonly TransferableKey[] {
    return [...(this.#owners.get(name) ?? [])].flatMap((owner) => this.#byPrimary.get(owner) ?? []);
  }

  #ownersOf(name: string): Set<string> {
    const owners = this.#owners.get(name) ?? new Set();
    this.#owners.set(name, owners);
    return owners;
  }
}
