// canon-zip against `cat` of the same file: one stored member of 4.5 GB in a sparse file, and 500,000 small members (wanted:
// no memory that grows with the data). Takes 10 GB of disk.
//   node bench/canon-zip.js [rounds] [members]
import { Buffer } from 'node:buffer';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { inTurn, medianSeconds, once, printRuns } from './measure.js';

const [, , rounds = '3', count = '500000'] = process.argv;
const canonZip = join(fileURLToPath(new URL('..', import.meta.url)), 'bin/canon-zip');
const work = mkdtempSync(join(tmpdir(), 'gitian-bench-canon-zip-'));
const at = (name) => join(work, name);
const gigabytes = 4_500_000_000;

/** Writes a zip of stored members; a member's `hole` is that many zeros, which take no disk. */
function writeZip(path, members) {
  const file = openSync(path, 'w');
  let position = 0;
  let pieces = [];
  const flush = () => {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    writeSync(file, bytes, 0, bytes.length, position);
    position += bytes.length;
  };
  const entries = [];
  let offset = 0;
  for (const { name, data = Buffer.alloc(0), hole = 0, checksum = crc32(data) } of members) {
    const size = data.length + hole;
    const wide = size > 0xffffffff;
    const extra = Buffer.alloc(wide ? 20 : 0);
    if (wide) {
      extra.writeUInt32LE(0x00100001);
      extra.writeBigUInt64LE(BigInt(size), 4);
      extra.writeBigUInt64LE(BigInt(size), 12);
    }
    const shared = Buffer.alloc(20);
    shared.writeUInt32LE(checksum, 8);
    shared.writeUInt32LE(wide ? 0xffffffff : size, 12);
    shared.writeUInt32LE(wide ? 0xffffffff : size, 16);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(45, 4);
    shared.copy(local, 6);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra.length, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(45, 6);
    shared.copy(entry, 8);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(offset, 42);
    entries.push(entry, Buffer.from(name), extra);
    pieces.push(local, Buffer.from(name), extra, data);
    if (hole > 0) {
      flush();
      position += hole;
    }
    if (pieces.length > 10_000) flush();
    offset += 30 + name.length + extra.length + size;
  }
  flush();
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(98);
  end.writeUInt32LE(0x06064b50);
  end.writeBigUInt64LE(44n, 4);
  end.writeBigUInt64LE(BigInt(members.length), 24);
  end.writeBigUInt64LE(BigInt(members.length), 32);
  end.writeBigUInt64LE(BigInt(directory.length), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(offset + directory.length), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.writeUInt16LE(0xffff, 84);
  end.writeUInt16LE(0xffff, 86);
  end.writeUInt32LE(0xffffffff, 88);
  end.writeUInt32LE(0xffffffff, 92);
  pieces.push(directory, end);
  flush();
  ftruncateSync(file, position);
  closeSync(file);
}

/** The checksum of so many zeros. */
function checksumOfZeros(size) {
  const zeros = Buffer.alloc(1 << 20);
  let checksum = 0;
  for (let left = size; left > 0; left -= zeros.length) {
    checksum = crc32(left < zeros.length ? zeros.subarray(0, left) : zeros, checksum);
  }
  return checksum;
}

function compare(title, contenders) {
  const runs = inTurn(contenders, Number(rounds));
  printRuns(title, runs);
  const [own, ...others] = Object.keys(runs);
  for (const other of others) {
    const ratio = medianSeconds(runs[own]) / medianSeconds(runs[other]);
    console.log(`  canon-zip takes ${ratio.toFixed(2)} times as long as ${other}`);
  }
  const peaks = runs[own].map(({ peakMib }) => peakMib);
  console.log(`  peak memory of canon-zip: ${Math.max(...peaks).toFixed(0)} MiB`);
}

const canonicalised = (name) =>
  once(process.execPath, [canonZip, '2020-01-01', at(name), at('out.zip')], { memory: true });
const copied = (name) => once('sh', ['-c', 'cat "$1" >"$2" && sync "$2"', 'sh', at(name), at('copy')]);

try {
  writeZip(at('large.zip'), [{ name: 'large', hole: gigabytes, checksum: checksumOfZeros(gigabytes) }]);
  compare(`one member of ${gigabytes / 1e9} GB`, {
    'canon-zip': () => canonicalised('large.zip'),
    'cat to a file, and sync': () => copied('large.zip'),
  });
  rmSync(at('large.zip'));
  const small = Array.from({ length: Number(count) }, (_, index) => ({
    name: `folder${String(index % 1000)}/file${String(index)}`,
    data: Buffer.from(`the content of file ${String(index)}\n`),
  }));
  writeZip(at('many.zip'), small);
  const { size } = statSync(at('many.zip'));
  compare(`${count} members, ${(size / 1e6).toFixed(0)} MB`, {
    'canon-zip': () => canonicalised('many.zip'),
    'cat to a file, and sync': () => copied('many.zip'),
  });
} finally {
  rmSync(work, { recursive: true });
}
