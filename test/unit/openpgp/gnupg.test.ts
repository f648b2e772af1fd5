import { describe, expect, it } from 'vitest';
import { checkOutcome } from '../../../src/openpgp/gnupg/check-outcome.js';
import { isGnupg } from '../../../src/openpgp/gnupg/is-gnupg.js';
import { listedKeys } from '../../../src/openpgp/gnupg/key-listing.js';
import { statusLines } from '../../../src/openpgp/gnupg/status.js';
import { decidingRevocation } from '../../../src/openpgp/key-times.js';

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
    expect(decidingRevocation([retired, { at: 4, reason: 'unspecified' }, compromised])).toEqual(compromised);
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
