import type { Claim, SignedThing } from '../../../src/openpgp/in-process/claim.js';
import { readPublicKey, type PublicKey } from '../../../src/openpgp/in-process/public-key.js';
import { readSelfSignature } from '../../../src/openpgp/in-process/self-signature.js';
import { ownSignatures, type TransferableKey } from '../../../src/openpgp/in-process/transferable-key.js';
import type { Packet } from '../../../src/openpgp/packets.js';

/** Everything that a key says of itself. */
export function ownClaims(source: TransferableKey): readonly Claim[] {
  const key = publicKey(source.primary);
  const claims = (packets: readonly Packet[], over: SignedThing): readonly Claim[] =>
    ownSignatures(packets, source).map((signature) => ({ signature, key, over }));
  return [
    ...claims(source.direct, { kind: 'key', key }),
    ...source.users.flatMap((user) => claims(user.signatures, { kind: 'user', key, user: user.packet })),
    ...source.subkeys.flatMap((each) => {
      const subkey = publicKey(each.packet);
      const over = { kind: 'subkey', key, subkey } as const;
      return claims(each.signatures, over).flatMap((claim) => {
        const { embedded } = readSelfSignature(claim.signature);
        return embedded === undefined ? [claim] : [claim, { signature: embedded, key: subkey, over }];
      });
    }),
  ];
}

/** The key of a packet that holds one. */
export function publicKey(packet: Packet): PublicKey {
  const key = readPublicKey(packet);
  if (key === undefined) throw new Error('not a key');
  return key;
}
