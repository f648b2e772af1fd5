import { describe, expect, it } from 'vitest';
import { bytes, twoEngines } from '../../../support/samples/two-engines.js';

const here = twoEngines();

describe('algorithms', () => {
  it.each([
    'ed25519',
    'rsa2048',
    'rsa3072',
    'dsa2048',
    'nistp256',
    'nistp384',
    'nistp521',
    'brainpoolP256r1',
    'secp256k1',
  ])('%s is good', async (algorithm) => {
    const key = here.home.generate(`${algorithm} <${algorithm}@example.org>`, { algorithm });
    const [verdict] = await here.verdictsOf(here.home.sign(bytes, key));
    expect(verdict).toMatchObject({
      kind: 'good',
      weak: [],
      key: { primaryFingerprint: key, userId: `${algorithm} <${algorithm}@example.org>` },
    });
  });

  it.each([
    ['rsa1024', ['RSA-1024']],
    // GnuPG signs so with it, whatever it is told.
    ['dsa1024', ['SHA-1', 'DSA-1024']],
  ])('%s is good, with a remark', async (algorithm, weak) => {
    const key = here.home.generate(`${algorithm}@example.org`, { algorithm });
    expect(await here.verdictsOf(here.home.sign(bytes, key))).toMatchObject([{ kind: 'good', weak }]);
  });

  it.each([
    ['SHA1', 'SHA-1', ['SHA-1']],
    ['MD5', 'MD5', ['MD5']],
    ['RIPEMD160', 'RIPEMD-160', ['RIPEMD-160']],
    ['SHA224', 'SHA-224', []],
    ['SHA384', 'SHA-384', []],
  ])('%s is told', async (digest, hash, weak) => {
    const key = here.home.generate(`${digest}@example.org`, { algorithm: 'rsa2048' });
    const signature = here.home.sign(bytes, key, '--digest-algo', digest);
    expect(await here.verdictsOf(signature)).toMatchObject([{ kind: 'good', hash, weak }]);
  });
});
