/** The numbers of a DSA key. */
export interface DsaNumbers {
  readonly p: Uint8Array;
  readonly q: Uint8Array;
  readonly g: Uint8Array;
  readonly y: Uint8Array;
}

/** A DSA key in the one form in which Node takes it: SubjectPublicKeyInfo (RFC 3279, section 2.3.2) in DER. */
export function derSpki({ p, q, g, y }: DsaNumbers): Buffer {
  const algorithm = der(0x30, objectIdentifier, der(0x30, integer(p), integer(q), integer(g)));
  return der(0x30, algorithm, der(0x03, Uint8Array.of(0), integer(y)));
}

/** 1.2.840.10040.4.1 */
const objectIdentifier = Buffer.from('06072a8648ce380401', 'hex');

/** A positive number without a sign bit. */
function integer(value: Uint8Array): Buffer {
  const isSigned = ((value[0] ?? 0) & 0x80) !== 0;
  return der(0x02, isSigned ? Uint8Array.of(0) : new Uint8Array(), value);
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag), length(content.length), content]);
}

function length(bytes: number): Uint8Array {
  if (bytes < 0x80) return Uint8Array.of(bytes);
  return bytes < 0x100 ? Uint8Array.of(0x81, bytes) : Uint8Array.of(0x82, bytes >> 8, bytes & 0xff);
}
