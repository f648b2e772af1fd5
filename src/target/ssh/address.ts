/** Where a machine's ssh server is, who logs in with which key, and the key that the server must have. */
export interface SshAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The text of a private key without a passphrase, PEM or OpenSSH's own format. */
  readonly privateKey: string;
  /** Such as `ssh-ed25519 AAAA…`: every other key is refused. Undefined takes any: for machines whose key nobody recorded. */
  readonly hostKey: string | undefined;
}

/** A public key in ssh's text form, taken apart. */
export interface PublicKey {
  readonly type: string;
  readonly blob: Buffer;
}

/** Reads `<type> <base64> [comment]`; undefined when it isn't one. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const [type, base64] = text.trim().split(/\s+/);
  if (type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+=*$/.test(base64)) return undefined;
  const blob = Buffer.from(base64, 'base64');
  return typeOf(blob) === type ? { type, blob } : undefined;
}

/** Writes the bytes of a public key as `<type> <base64>`. */
export function writePublicKey(blob: Buffer): string {
  return `${typeOf(blob) ?? ''} ${blob.toString('base64')}`;
}

/** The bytes begin with the length and the letters of their own type. */
function typeOf(blob: Buffer): string | undefined {
  return blob.length > 4 ? blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1') : undefined;
}
