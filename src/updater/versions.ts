/**
 * Compares two releases as Python 2's `distutils.version.LooseVersion` did: negative, 0 or positive.
 *
 * A release falls into numbers, runs of lower-case letters, and what is left between them; points separate and don't
 * count. Parts compare one by one, numbers by value and before every text, texts by their code points; of two that are
 * equal so far the shorter is the smaller: 1.0 < 1.0.1, 1.0 < 1.0rc1, 1.9 < 1.10.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = comparePart(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

type Part = bigint | string;

function parts(version: string): readonly Part[] {
  return version
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (/^\d+$/.test(part) ? BigInt(part) : part));
}

function comparePart(a: Part, b: Part): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'bigint') return -1;
  if (typeof b === 'bigint') return 1;
  return byCodePoints(a, b);
}

function byCodePoints(a: string, b: string): number {
  // The order of UTF-8 bytes is that of the code points.
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
