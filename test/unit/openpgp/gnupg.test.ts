import { describe, expect, it } from 'vitest';
import { batches } from '../../../src/openpgp/gnupg/batches.js';
import { checkOutcome } from '../../../src/openpgp/gnupg/check-outcome.js';
import { isGnupg } from '../../../src/openpgp/gnupg/is-gnupg.js';
import { listedKeys } from '../../../src/openpgp/gnupg/key-listing.js';
import { inlineMessage } from '../../../src/openpgp/gnupg/inline-message.js';
import { fileSections, statusLines } from '../../../src/openpgp/gnupg/status.js';
import { decidingRevocation } from '../../../src/openpgp/key-times.js';
import { splitPackets } from '../../../src/openpgp/packets.js';
import { readSignaturePacket, type SignaturePacket } from '../../../src/openpgp/signature-packet.js';

const outcome = (...lines: string[]): ReturnType<typeof checkOutcome> =>
  checkOutcome(statusLines(lines.map((line) => `[GNUPG:] ${line}\n`).join('')), 'last words');

const fingerprint = 'A'.repeat(40);
const primary = 'B'.repeat(40);
const valid = `VALIDSIG ${fingerprint} 2015-05-17 1431878969 0 4 0 1 10 00 ${primary}`;

describe('statusLines', () => {
  it('leaves other lines out, and undoes escapes', () => {
    expect(statusLines('gpg: hello\n[GNUPG:] GOODSIG 1234 J%c3%bcrgen %25 x\n[GNUPG:] NEWSIG\n')).toEqual([
      { keyword: 'GOODSIG', words: ['1234', 'Jürgen', '%', 'x'] },
      { keyword: 'NEWSIG', words: [] },
    ]);
  });

  it('leaves UTF-8 as it is', () => {
    expect(statusLines('[GNUPG:] GOODSIG 1 Jürgen%20ł\n')[0]?.words).toEqual(['1', 'Jürgen ł']);
  });
});

describe('fileSections', () => {
  const sections = (...keywords: string[]): readonly (readonly string[])[] | undefined =>
    fileSections(keywords.map((keyword) => ({ keyword, words: [] })))?.map((section) =>
      section.map(({ keyword }) => keyword),
    );

  it('keeps what is said of each file apart', () => {
    expect(sections('FILE_START', 'A', 'B', 'FILE_DONE', 'X', 'FILE_START', 'FILE_DONE')).toEqual([
      ['A', 'B'],
      [],
    ]);
  });

  it.each([
    [['FILE_START', 'A']],
    [['FILE_START', 'FILE_START', 'FILE_DONE']],
    [['FILE_START', 'FILE_DONE', 'FILE_DONE']],
  ])('has none of %j', (keywords) => {
    expect(sections(...keywords)).toBeUndefined();
  });
});

describe('signatures that GnuPG is asked about in one go', () => {
  const signature = (type: number): SignaturePacket => {
    const body = Uint8Array.of(4, type, 1, 8, 0, 0, 0, 0, 1, 2, 0, 1, 1);
    const read = readSignaturePacket({ tag: 2, body, bytes: Uint8Array.of(0xc2, body.length, ...body) });
    if (typeof read === 'string') throw new Error(read);
    return read;
  };
  const job = (type: number, size = 1): { signature: SignaturePacket; signed: Uint8Array } => ({
    signature: signature(type),
    signed: new Uint8Array(size),
  });

  it('lie before what they are over, in one message', () => {
    const { packets, problem } = splitPackets(
      Buffer.concat(inlineMessage(signature(0), Buffer.from('hello'))),
    );
    expect(problem).toBeUndefined();
    expect(packets.map(({ tag }) => tag)).toEqual([2, 11]);
    expect(Buffer.from(packets[1]?.body ?? []).toString('latin1')).toBe('b\0\0\0\0\0hello');
  });

  it('are those over bytes, in their order and not too many', () => {
    const jobs = [job(0), job(0), job(1), job(0), job(0)];
    const found = batches(jobs);
    expect(found.flat()).toEqual(jobs);
    expect(found.map(({ length }) => length)).toEqual([2, 1, 2]);
    expect(batches(Array.from({ length: 130 }, () => job(0))).map(({ length }) => length)).toEqual([
      64, 64, 2,
    ]);
    expect(batches([job(0, 20 << 20), job(0, 20 << 20), job(0)]).map(({ length }) => length)).toEqual([1, 2]);
    expect(batches([])).toEqual([]);
  });
});

describe('checkOutcome', () => {
  it.each(['GOODSIG', 'EXPSIG', 'EXPKEYSIG', 'REVKEYSIG'])('is valid with %s and VALIDSIG', (keyword) => {
    expect(outcome('NEWSIG', `${keyword} AAAA Alice B. <a@b>`, valid)).toEqual({
      kind: 'valid',
      fingerprint,
      primaryFingerprint: primary,
      userId: 'Alice B. <a@b>',
      revoked: keyword === 'REVKEYSIG',
    });
  });

  it('is not valid without VALIDSIG, with two of them, or with BADSIG beside it', () => {
    expect(outcome('GOODSIG AAAA Alice').kind).toBe('unsupported');
    expect(outcome('GOODSIG AAAA Alice', valid, valid).kind).toBe('unsupported');
    expect(outcome(valid).kind).toBe('unsupported');
    expect(outcome('GOODSIG AAAA Alice', valid, 'BADSIG AAAA Alice').kind).toBe('invalid');
    expect(outcome('GOODSIG AAAA Alice', valid, 'ERRSIG AAAA 1 2 00 1 9 -').kind).toBe('key-unknown');
    expect(outcome()).toEqual({ kind: 'unsupported', reason: 'GnuPG: last words' });
  });

  it.each([
    ['9', { kind: 'key-unknown' }],
    ['4', { kind: 'unsupported', reason: "GnuPG doesn't know its public-key algorithm" }],
    ['5', { kind: 'unsupported', reason: "GnuPG doesn't know its hash algorithm" }],
    ['39', { kind: 'key-unusable', reason: 'is newer than the signature' }],
    ['125', { kind: 'key-unusable', reason: 'is not made for signing' }],
    ['1', { kind: 'key-unusable', reason: `can't be used: GnuPG says "last words"` }],
  ])('reads the error %s', (code, expected) => {
    expect(outcome(`ERRSIG AAAAAAAAAAAAAAAA 1 2 00 1432839678 ${code} -`)).toEqual(expected);
  });

  it('can not be talked into anything by a user ID', () => {
    // A newline in a user ID is escaped by GnuPG; what follows it is no status line.
    const lines = `[GNUPG:] BADSIG AAAA x%0A[GNUPG:] ${valid}\n`;
    expect(checkOutcome(statusLines(lines), '')).toMatchObject({ kind: 'invalid' });
  });
});

describe('listedKeys', () => {
  const listing = [
    'tru::1:1795367937:0:3:1:5',
    'pub:-:4096:1:860FEB804E669320:1445353223:1868883834::-:::cESC::::::23::0:',
    `fpr:::::::::${primary}:`,
    'uid:-::::1711203834::ED5D::Alice::::::::::0:',
    'sig:!::1:860FEB804E669320:1445353223::::Alice:13x:::::2:',
    'sub:r:4096:1:DBA1A67379A1A931:1445353695:1508425695:::::s::::::23:',
    `fpr:::::::::${fingerprint}:`,
    'rev:!::1:860FEB804E669320:1488233719::::Alice:28x,01:::::8:::::why:',
    'rev:?::1:1111111111111111:1400000000::::Mallory:28x,02:::::8:',
    'sub:-:255:22:AAAA:1500000000::::::s:::::ed25519::',
    `fpr:::::::::${'C'.repeat(40)}:`,
  ].join('\n');

  it('has keys and subkeys with their ends and checked revocations', () => {
    expect([...listedKeys(listing).values()]).toEqual([
      {
        ...{ fingerprint: primary, primaryFingerprint: primary, bits: 4096 },
        ...{ created: 1445353223, expires: 1868883834, revoked: false, revocations: [] },
      },
      {
        ...{ fingerprint, primaryFingerprint: primary, bits: 4096, created: 1445353695, expires: 1508425695 },
        ...{ revoked: true, revocations: [{ at: 1488233719, reason: 'retired' }] },
      },
      {
        ...{ fingerprint: 'C'.repeat(40), primaryFingerprint: primary, bits: undefined },
        ...{ created: 1500000000, expires: undefined, revoked: false, revocations: [] },
      },
    ]);
  });
});

describe('decidingRevocation', () => {
  it('is the earliest that may mean a stolen key, else the earliest', () => {
    const retired = { at: 1, reason: 'retired' } as const;
    const compromised = { at: 3, reason: 'compromised' } as const;
    expect(decidingRevocation([])).toBeUndefined();
    expect(decidingRevocation([{ at: 2, reason: 'retired' }, retired])).toEqual(retired);
    const unspecified = { at: 4, reason: 'unspecified' } as const;
    expect(decidingRevocation([retired, unspecified])).toEqual(unspecified);
    expect(decidingRevocation([retired, unspecified, compromised])).toEqual(compromised);
  });
});

describe('isGnupg', () => {
  it.each(['gpg', 'gpg2', '/usr/bin/gpg', 'gpg1', 'gpg2.4'])('%s', (program) => {
    expect(isGnupg(program)).toBe(true);
  });

  it.each(['gpgv', 'my-gpg', 'gpg-wrapper', 'true', 'sq', ''])('not %s', (program) => {
    expect(isGnupg(program)).toBe(false);
  });
});
