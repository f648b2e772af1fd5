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
  const lines = text.split('\n').map((line) => line.trimEnd());
  for (let at = 0; at < lines.length; at++) {
    const label = /-----BEGIN PGP ([A-Z ]+)-----$/.exec(lines[at] ?? '')?.[1];
    if (label === undefined) continue;
    if (label === 'SIGNED MESSAGE') return { kind: 'armored', blocks: [{ label, bytes: new Uint8Array() }] };
    const end = lines.indexOf(`-----END PGP ${label}-----`, at);
    if (end === -1) return { kind: 'neither', reason: 'its armor has no end' };
    const data = armoredData(lines.slice(at + 1, end));
    if (data === undefined) return { kind: 'neither', reason: 'its armor is damaged' };
    blocks.push({ label, bytes: data });
    at = end;
  }
  if (blocks.length > 0) return { kind: 'armored', blocks };
  return {
    kind: 'neither',
    reason: /<(?:!doctype )?html/i.test(text) ? 'it is a web page' : 'it is not OpenPGP data',
  };
}

/** The bytes between BEGIN and END, without header lines and checksum. */
function armoredData(lines: readonly string[]): Uint8Array | undefined {
  const base64 = lines
    .filter((line) => !/^[A-Za-z][\w-]*: |^=[A-Za-z0-9+/]{4}$/.test(line))
    .join('')
    .trim();
  const wellFormed = base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64);
  return wellFormed ? Buffer.from(base64, 'base64') : undefined;
}
