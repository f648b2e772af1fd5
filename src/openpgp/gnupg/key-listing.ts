import { revocationReason, type Revocation } from '../engine.js';

/** One key or subkey of `gpg --with-colons` (GnuPG's doc/DETAILS). Times are seconds since 1970. */
export interface ListedKey {
  readonly fingerprint: string;
  readonly primaryFingerprint: string;
  /** Of RSA and DSA; what a curve has doesn't tell how strong it is. */
  readonly bits: number | undefined;
  readonly created: number;
  readonly expires: number | undefined;
  /** GnuPG holds it for revoked; when and why is in a listing with signatures. */
  readonly revoked: boolean;
  /** Its revocations that GnuPG has checked; only in a listing made with `--check-sigs`. */
  readonly revocations: readonly Revocation[];
}

/** The keys and subkeys of a listing, by fingerprint. */
export function listedKeys(listing: string): ReadonlyMap<string, ListedKey> {
  const keys = new Map<string, ListedKey>();
  let primary = '';
  let fields: readonly string[] | undefined;
  let latest: string | undefined;
  for (const line of listing.split('\n')) {
    const record = line.split(':');
    if (record[0] === 'pub' || record[0] === 'sub') fields = record;
    if (record[0] === 'fpr' && fields !== undefined) {
      latest = record[9] ?? '';
      if (fields[0] === 'pub') primary = latest;
      keys.set(latest, listedKey(fields, latest, primary));
      fields = undefined;
    }
    const key = latest === undefined ? undefined : keys.get(latest);
    const revocation = record[0] === 'rev' ? checkedRevocation(record) : undefined;
    if (key !== undefined && revocation !== undefined) {
      keys.set(key.fingerprint, { ...key, revocations: [...key.revocations, revocation] });
    }
  }
  return keys;
}

function listedKey(fields: readonly string[], fingerprint: string, primaryFingerprint: string): ListedKey {
  const [, validity = '', bits, algorithm = '', , created, expires = ''] = fields;
  return {
    fingerprint,
    primaryFingerprint,
    bits: ['1', '3', '17'].includes(algorithm) ? Number(bits) : undefined,
    created: Number(created),
    expires: expires === '' ? undefined : Number(expires),
    revoked: validity === 'r',
    revocations: [],
  };
}

/** A `rev` record of class 20 (a key's) or 28 (a subkey's); those of user IDs are another matter. */
function checkedRevocation(record: readonly string[]): Revocation | undefined {
  const [, validity, , , , at, , , , , type = ''] = record;
  const found = /^(?:20|28)[xl](?:,([0-9a-f]{2}))?/.exec(type);
  if (validity !== '!' || found === null) return undefined;
  return {
    at: Number(at),
    reason: revocationReason(found[1] === undefined ? undefined : parseInt(found[1], 16)),
  };
}
