/** Compares two texts by their UTF-8 bytes: the order of everything that is hashed, signed or compared. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}
