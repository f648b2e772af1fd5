import fc from 'fast-check';

/** Real files to begin with, and pieces that mean something in their format. */
export interface Material {
  readonly seeds: readonly Uint8Array[];
  readonly pieces?: readonly (string | Uint8Array)[];
}

/** Nothing grows beyond this, so that what is found is about form and not about size. */
const mostBytes = 256 * 1024;

/** Files of a format: real ones with up to eight changes, its pieces in any order, and noise. */
export function mutated({ seeds, pieces = [] }: Material): fc.Arbitrary<Uint8Array> {
  const tokens = pieces.map((piece) => Buffer.from(piece));
  const changes = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(), fc.nat(), fc.nat()), {
    maxLength: 8,
  });
  const ofSeeds = fc
    .tuple(fc.nat(), changes)
    .map(([seed, wanted]) =>
      wanted.reduce<Buffer>(
        (bytes, [kind, ...numbers]) =>
          changed(bytes, kind, { numbers, seeds, tokens }).subarray(0, mostBytes),
        Buffer.from(chosen(seeds, seed) ?? ''),
      ),
    );
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  if (tokens.length === 0)
    return fc.oneof({ weight: 9, arbitrary: ofSeeds }, { weight: 1, arbitrary: noise });
  const ofTokens = fc
    .array(fc.constantFrom(...tokens), { maxLength: 30 })
    .map((parts) => Buffer.concat(parts));
  return fc.oneof(
    { weight: 8, arbitrary: ofSeeds },
    { weight: 2, arbitrary: ofTokens },
    { weight: 1, arbitrary: noise },
  );
}

const kinds = [
  'bit',
  'byte',
  'number',
  'cut',
  'delete',
  'copy',
  'repeat',
  'insert',
  'token',
  'splice',
] as const;
type Kind = (typeof kinds)[number];

interface Change {
  readonly numbers: readonly [number, number, number];
  readonly seeds: readonly Uint8Array[];
  readonly tokens: readonly Buffer[];
}

/** Numbers at which lengths, counts and signs turn. */
const interesting = [
  0, 1, 2, 0x7f, 0x80, 0xbf, 0xc0, 0xfe, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff,
];

function changed(bytes: Buffer, kind: Kind, { numbers: [a, b, c], seeds, tokens }: Change): Buffer {
  const at = a % (bytes.length + 1);
  // Mostly short pieces, sometimes anything.
  const end = Math.min(bytes.length, at + (c % 3 === 0 ? b : 1 + (b % 16)));
  const put = (piece: Uint8Array, from = at, to = at): Buffer =>
    Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)]);
  switch (kind) {
    case 'bit':
      return put(Buffer.from([(bytes[at] ?? 0) ^ (1 << (b % 8))]), at, at + 1);
    case 'byte':
      return put(Buffer.from([(chosen(interesting, b) ?? 0) & 0xff]), at, at + 1);
    case 'number':
      return withNumber(bytes, { at, value: chosen(interesting, b) ?? 0, width: c });
    case 'cut':
      return bytes.subarray(0, at);
    case 'delete':
      return put(Buffer.alloc(0), at, end);
    case 'copy':
      return put(bytes.subarray(at, end), c % (bytes.length + 1), c % (bytes.length + 1));
    case 'repeat':
      return put(
        Buffer.concat(
          Array.from({ length: 2 + (c % 400) }, () => bytes.subarray(at, Math.min(end, at + 500))),
        ),
      );
    case 'insert':
      return put(Buffer.from([b & 0xff, c & 0xff, (b >> 8) & 0xff].slice(0, 1 + (c % 3))));
    case 'token':
      return put(chosen(tokens, b) ?? Buffer.alloc(0), at, c % 2 === 0 ? at : end);
    case 'splice': {
      const other = Buffer.from(chosen(seeds, b) ?? '');
      return Buffer.concat([bytes.subarray(0, at), other.subarray(c % (other.length + 1))]);
    }
  }
}

interface WrittenNumber {
  readonly at: number;
  readonly value: number;
  readonly width: number;
}

function withNumber(bytes: Buffer, { at, value, width }: WrittenNumber): Buffer {
  const piece = Buffer.alloc(4);
  if (width % 2 === 0) piece.writeUInt32LE(value >>> 0);
  else piece.writeUInt32BE(value >>> 0);
  const size = width % 4 < 2 ? 4 : 2;
  const own = width % 2 === 0 ? piece.subarray(0, size) : piece.subarray(4 - size);
  return Buffer.concat([bytes.subarray(0, at), own, bytes.subarray(at + size)]);
}

function chosen<T>(items: readonly T[], index: number): T | undefined {
  return items[index % items.length];
}
