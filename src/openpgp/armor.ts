/** What a file holds: binary OpenPGP data, armored blocks, or neither. */
export type Unarmored =
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'armored'; readonly blocks: readonly ArmoredBlock[] }
  | { readonly kind: 'neither'; readonly reason: string };

/** One armored block; `label` is what follows `BEGIN PGP`, such as `SIGNATURE`. */
export interface ArmoredBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
}

/**
 * Takes the armor off (RFC 9580, section 6). Text around the blocks is skipped, as GnuPG does. The checksum line is
 * skipped too: what it guards, a signature guards better.
 */
export function unarmor(bytes: Uint8Array): Unarmored {
  const [first] = bytes;
  if (first === undefined) return { kind: 'neither', reason: 'it is empty' };
  // Every binary packet begins with its high bit set; in text only a byte order mark does.
  if (first >= 0x80 && first !== 0xef) return { kind: 'binary', bytes };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const blocks: ArmoredBlock[] = [];
  // Something before it, like the colon with which GnuPG makes a revocation safe to keep, and it is none.
  const begin = /^(?:\u00ef\u00bb\u00bf)?-----BEGIN PGP ([A-Z ]+)-----[ \t\r]*(?:\n|$)/gm;
  for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
    const [, label = ''] = found;
    if (label === 'SIGNED MESSAGE') return { kind: 'armored', blocks: [{ label, bytes: new Uint8Array() }] };
    const end = text.indexOf(`\n-----END PGP ${label}-----`, begin.lastIndex - 1);
    if (end === -1) return { kind: 'neither', reason: 'its armor has no end' };
    const data = armoredData(text.slice(begin.lastIndex, end));
    if (data === undefined) return { kind: 'neither', reason: 'its armor is damaged' };
    blocks.push({ label, bytes: data });
    begin.lastIndex = end;
  }
  if (blocks.length > 0) return { kind: 'armored', blocks };
  return {
    kind: 'neither',
    reason: /<(?:!doctype )?html/i.test(text) ? 'it is a web page' : 'it is not OpenPGP data',
  };
}

/** The bytes between BEGIN and END, without header lines and checksum. */
function armoredData(text: string): Uint8Array | undefined {
  const data = text.includes(': ') ? text.replace(/^[A-Za-z][\w-]*: .*$/gm, '') : text;
  const checksum = data.lastIndexOf('\n=');
  const hasChecksum = checksum !== -1 && /^\n=[A-Za-z0-9+/]{4}\s*$/.test(data.slice(checksum));
  const base64 = (hasChecksum ? data.slice(0, checksum) : data).trimEnd();
  if (!/^[A-Za-z0-9+/\s]*={0,2}$/.test(base64)) return undefined;
  const decoded = Buffer.from(base64, 'base64');
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (decoded.length + padding) % 3 === 0 ? decoded : undefined;
}
