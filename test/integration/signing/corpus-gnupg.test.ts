import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDetached } from '../../../src/openpgp/check-detached.js';
import { gnupgEngine } from '../../../src/openpgp/gnupg/engine.js';
import type { SignatureEngine } from '../../../src/openpgp/engine.js';
import { corpusKeys, corpusTime, gpgVerdicts, hasCorpus } from '../../support/corpus.js';
import { GnupgHome } from '../../support/gnupg-home.js';

describe.skipIf(!hasCorpus)('the corpus through GnuPG (needs the corpus)', () => {
  let home: GnupgHome;
  let engine: SignatureEngine;
  beforeAll(async () => {
    home = new GnupgHome();
    for (const key of corpusKeys()) home.import(readFileSync(key));
    const words = ['gpg', '--homedir', home.path, '--faked-system-time', `${String(corpusTime)}!`] as const;
    engine = await gnupgEngine({ words: [...words], signal: new AbortController().signal });
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    home[Symbol.dispose]();
  });
  it('x', async () => {
    for (const v of gpgVerdicts()) {
      const got = await checkDetached(
        engine,
        { signature: readFileSync(`${v.path}.sig`), bytes: readFileSync(v.path) },
        corpusTime,
      );
      process.stdout.write(`${v.verdict} ${v.signer} ${JSON.stringify(got)}\n`);
    }
    expect(1).toBe(1);
  });
});
