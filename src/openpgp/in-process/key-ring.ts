import type { Packet } from '../packets.js';
import { readSignaturePacket } from '../signature-packet.js';
import { mergeKeys, withRevocations, type KeyFile, type TransferableKey } from './transferable-key.js';

/** Public keys by the names of their primary keys and subkeys. */
export class KeyRing {
  /** By the fingerprint of the primary key. */
  readonly #copies = new Map<string, [TransferableKey, ...TransferableKey[]]>();
  /** Those that lie with no key, by the key ID that they name. */
  readonly #revocations = new Map<string, Packet[]>();
  /** Of all copies and revocations, once it is asked for. */
  readonly #whole = new Map<string, TransferableKey>();
  /** Fingerprints and key IDs of primary keys and subkeys, to fingerprints of primary keys. */
  readonly #owners = new Map<string, Set<string>>();

  /** Adds what a key file has. A revocation counts whether its key is there before it or comes later. */
  addFile({ keys, revocations }: KeyFile): void {
    for (const key of keys) this.add(key);
    for (const revocation of revocations) {
      const signature = readSignaturePacket(revocation);
      const issuer = typeof signature === 'string' ? undefined : signature.issuerKeyId;
      if (issuer === undefined) continue;
      const known = this.#revocations.get(issuer);
      if (known === undefined) this.#revocations.set(issuer, [revocation]);
      else known.push(revocation);
      this.#whole.clear();
    }
  }

  /** Adds a key; a second copy of one adds what it has more. */
  add(key: TransferableKey): void {
    const { fingerprint: owner } = key;
    const known = this.#copies.get(owner);
    if (known === undefined) this.#copies.set(owner, [key]);
    else known.push(key);
    this.#whole.delete(owner);
    for (const { fingerprint, keyId } of [key, ...key.subkeys]) {
      for (const name of [fingerprint, keyId]) this.#ownersOf(name).add(owner);
    }
  }

  /** All keys, as plain data. */
  get keys(): readonly TransferableKey[] {
    return [...this.#copies.keys()].flatMap((owner) => this.#wholeOf(owner) ?? []);
  }

  get size(): number {
    return this.#copies.size;
  }

  /** The keys that have `name`, a fingerprint or a key ID, as their primary key's or a subkey's. */
  find(name: string): readonly TransferableKey[] {
    return [...(this.#owners.get(name) ?? [])].flatMap((owner) => this.#wholeOf(owner) ?? []);
  }

  #wholeOf(owner: string): TransferableKey | undefined {
    const copies = this.#copies.get(owner);
    if (copies === undefined) return undefined;
    const known = this.#whole.get(owner);
    if (known !== undefined) return known;
    const key = copies.length === 1 ? copies[0] : mergeKeys(copies);
    const whole = withRevocations(key, this.#revocations.get(key.keyId) ?? []);
    this.#whole.set(owner, whole);
    return whole;
  }

  #ownersOf(name: string): Set<string> {
    const owners = this.#owners.get(name) ?? new Set();
    this.#owners.set(name, owners);
    return owners;
  }
}
