import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalise } from '../../../src/canon-zip/canonicalise.js';
import { parseDay } from '../../../src/canon-zip/day.js';
import { silent } from '../../../src/core/events.js';
import { makeZip, type MadeMember } from '../../support/samples/zip-maker.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canon-zip-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The canonical form of a zip, or undefined where it is refused as damaged. */
async function canonical(zip: Buffer): Promise<Buffer | undefined> {
  writeFileSync(join(folder, 'in'), zip);
  try {
    await canonicalise(
      {
        input: 'in',
        output: 'out',
        cwd: folder,
        day: parseDay('2020-02-29'),
        signal: new AbortController().signal,
      },
      silent,
    );
  } catch (error) {
    expect(error).toMatchObject({ code: 'zip-damaged' });
    return undefined;
  } finally {
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  }
  return readFileSync(join(folder, 'out'));
}

const members: readonly MadeMember[] = [
  { name: 'folder/', mode: 0o040755 },
  { name: 'folder/text', data: 'text '.repeat(40), deflated: true, mode: 0o100644, comment: 'note' },
  { name: 'stored', data: 'as it is', mode: 0o100755 },
  { name: 'large', data: Buffer.alloc(200_000, 'many of the same '), deflated: true },
];

// Each of some hundred outputs is flushed to the disk.
describe('canonicalise', () => {
  it('refuses every truncation', async () => {
    const whole = makeZip(members);
    for (let length = 0; length < whole.length; length += 3) {
      expect(await canonical(whole.subarray(0, length))).toBeUndefined();
    }
  });

  it('sees every changed byte of what it keeps', async () => {
    const whole = makeZip(members);
    const expected = await canonical(whole);
    let refused = 0;
    for (let position = 0; position < whole.length; position++) {
      const changed = Buffer.from(whole);
      changed[position] = (changed[position] ?? 0) ^ 0x41;
      const found = await canonical(changed);
      if (found === undefined) refused += 1;
      // What isn't refused is either left out or set anyway (times), or a fact of the directory that is kept.
      else if (!found.equals(expected ?? Buffer.alloc(0))) expect(isKeptFact(whole, position)).toBe(true);
    }
    expect(refused).toBeGreaterThan(whole.length / 2);
  });

  it('depends on members and day alone', async () => {
    const member = fc.record({
      name: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
      data: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
      deflated: fc.boolean(),
      mode: fc.constantFrom(0o100644, 0o100755, 0o040755, 0o120777),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { maxLength: 8 }),
        fc.uint8Array({ maxLength: 50 }),
        async (made, noise) => {
          const timed = made.map((each) => ({ ...each, extra: timeStamps(noise) }));
          const [a, b] = [
            await canonical(makeZip(made)),
            await canonical(makeZip(timed, '', Buffer.from(noise))),
          ];
          expect(a).toBeDefined();
          expect(b?.equals(a ?? Buffer.alloc(0))).toBe(true);
          expect((await canonical(a ?? Buffer.alloc(0)))?.equals(a ?? Buffer.alloc(0))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** An extra field as Info-ZIP writes times. */
function timeStamps(data: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(0x5455, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
}

/** Whether a byte belongs to a fact that only the directory tells: maker, level bits, attributes, comments. */
function isKeptFact(zip: Buffer, position: number): boolean {
  for (let entry = zip.readUInt32LE(zip.length - 6); entry < zip.length - 22;) {
    const [name, extra, comment] = [28, 30, 32].map((at) => zip.readUInt16LE(entry + at)) as [
      number,
      number,
      number,
    ];
    const end = entry + 46 + name + extra + comment;
    const at = position - entry;
    const facts = [4, 5, 8, 9, 36, 37, 38, 39, 40, 41];
    if (facts.includes(at) || (position >= end - comment && position < end)) return true;
    entry = end;
  }
  return false;
}
