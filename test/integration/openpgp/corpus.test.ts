import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDetached } from '../../../src/openpgp/check-detached.js';
import type { SignatureEngine } from '../../../src/openpgp/engine.js';
import { gnupgEngine } from '../../../src/openpgp/gnupg/engine.js';
import { inProcessEngine } from '../../../src/openpgp/in-process/engine.js';
import type { SignatureVerdict } from '../../../src/openpgp/verdict.js';
import { loadKeys } from '../../../src/verify/key-files.js';
import {
  corpus,
  corpusKeys,
  corpusTime,
  gpgVerdicts,
  hasCorpus,
  type GpgVerdict,
} from '../../support/corpus.js';
import { GnupgHome } from '../../support/workspaces/gnupg-home.js';

/** Which verdicts of ours GnuPG's words stand for; the table in docs/signing.md. */
const mapping: Readonly<Record<string, readonly SignatureVerdict['kind'][]>> = {
  GOODSIG: ['good'],
  // GnuPG says that the key has expired now; whether it had when it signed, it leaves to the reader.
  EXPKEYSIG: ['good-expired-since', 'expired-before-signing'],
  BADSIG: ['bad'],
  ERRSIG_NO_PUBKEY: ['key-unknown'],
  NOT_DETACHED: ['not-detached'],
};

/** Of a key with several user IDs of one age GnuPG's import chooses which it names first. */
function withoutUser(verdicts: readonly SignatureVerdict[]): unknown {
  return JSON.parse(
    JSON.stringify(verdicts, (name, value: unknown) => (name === 'userId' ? undefined : value)),
  );
}

describe.skipIf(!hasCorpus)('the corpus (needs the corpus)', () => {
  let home: GnupgHome;
  let gnupg: SignatureEngine;
  let library: SignatureEngine;

  beforeAll(async () => {
    home = new GnupgHome();
    for (const key of corpusKeys()) home.import(readFileSync(key));
    const words = ['gpg', '--homedir', home.path, '--faked-system-time', `${String(corpusTime)}!`] as const;
    gnupg = await gnupgEngine({ words, signal: new AbortController().signal });
    const { ring, warnings } = await loadKeys([`${corpus}/keys`]);
    expect(warnings).toEqual([]);
    library = inProcessEngine(ring);
  });
  afterAll(async () => {
    await gnupg[Symbol.asyncDispose]();
    home[Symbol.dispose]();
  });

  const check = (engine: SignatureEngine, { path }: GpgVerdict): Promise<readonly SignatureVerdict[]> =>
    checkDetached(engine, { signature: readFileSync(`${path}.sig`), bytes: readFileSync(path) }, corpusTime);

  it('has 104 assertions, among them all that is odd', () => {
    const all = gpgVerdicts();
    expect(all).toHaveLength(104);
    const count = (verdict: string): number => all.filter((each) => each.verdict === verdict).length;
    expect(
      Object.keys(mapping)
        .map(count)
        .every((found) => found > 0),
    ).toBe(true);
    expect(all.some((each) => each.version === '3')).toBe(true);
    expect(all.some((each) => each.class === '01')).toBe(true);
  });

  it.each(['gnupg', 'openpgp.js'] as const)(
    'gets verdicts that agree with GnuPG, through %s',
    async (name) => {
      for (const expected of gpgVerdicts()) {
        const [verdict, second] = await check(name === 'gnupg' ? gnupg : library, expected);
        const which = `${expected.release} ${expected.signer}`;
        expect(second, which).toBeUndefined();
        expect(mapping[expected.verdict], which).toContain(verdict?.kind);
        if (verdict === undefined || !('key' in verdict)) continue;
        expect([verdict.key.fingerprint, verdict.key.primaryFingerprint], which).toEqual([
          expected.signingKey,
          expected.primaryFingerprint,
        ]);
        expect([String(verdict.signed), String(verdict.version), verdict.class], which).toEqual([
          expected.time,
          expected.version,
          Number.parseInt(expected.class, 16),
        ]);
      }
    },
  );

  it('gets the same from both engines, with keys, times and remarks, from GnuPG in one go too', async () => {
    const together = await Promise.all(gpgVerdicts().map((each) => check(gnupg, each)));
    for (const [index, each] of gpgVerdicts().entries()) {
      const which = `${each.release} ${each.signer}`;
      const alone = await check(gnupg, each);
      expect(together[index], which).toEqual(alone);
      expect(withoutUser(await check(library, each)), which).toEqual(withoutUser(alone));
    }
  });

  it('tells keys that had expired before they signed from those that expired since', async () => {
    const kinds = new Map<string, number>();
    for (const each of gpgVerdicts()) {
      const [verdict] = await check(library, each);
      const kind = verdict?.kind ?? 'none';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(Object.fromEntries(kinds)).toEqual({
      good: 53,
      'good-expired-since': 16,
      'expired-before-signing': 6,
      'key-unknown': 26,
      bad: 2,
      'not-detached': 1,
    });
  });
});
