import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertionToYaml } from '../../../src/assertion/assertion.js';
import type { TrustedSigner } from '../../../src/updater/configuration.js';
import { checkAssertions, type CheckedAssertions } from '../../../src/updater/trust/check-assertions.js';
import { trustEngine } from '../../../src/updater/trust/engine.js';
import { trustedKeys } from '../../../src/updater/trust/trusted-keys.js';
import { assertionOf } from '../../support/samples/voices.js';
import { GnupgHome } from '../../support/workspaces/gnupg-home.js';

let home: GnupgHome;
beforeAll(() => {
  home = new GnupgHome();
  home.configure('allow-weak-digest-algos');
});
afterAll(() => {
  home[Symbol.dispose]();
});

const assertion = Buffer.from(assertionToYaml(assertionOf({ hello: 'hello' })));
const signer = (fingerprint: string, keyId?: string): TrustedSigner => ({
  name: 'alice',
  key: 'alice',
  weight: 10,
  fingerprint,
  keyId,
});

/** What a package is trusted for that has one signer's key file, and an assertion with a signature. */
async function checked(
  configured: TrustedSigner,
  keyFile: Uint8Array,
  signature: Uint8Array,
): Promise<CheckedAssertions> {
  const file = { path: 'gitian/alice-key.pgp', bytes: Buffer.from(keyFile) };
  const { keys, remarks } = trustedKeys([configured], new Map([['alice', file]]));
  await using engine = await trustEngine(keys, { gpg: undefined, signal: new AbortController().signal });
  const packaged = {
    assertion: { path: 'gitian/alice.assert', bytes: assertion },
    signature: { path: 'gitian/alice.assert.sig', bytes: Buffer.from(signature) },
  };
  const found = await checkAssertions([packaged], { keys, engine, now: Date.now() / 1000 });
  return { ...found, remarks: [...remarks, ...found.remarks] };
}

const trusted = ({ trusted: found, remarks }: CheckedAssertions): unknown => [
  found.flatMap(({ signedBy }) => signedBy.map((key) => key.signer.name)),
  remarks.join('; '),
];
const containing = (words: string): unknown => expect.stringContaining(words);

describe('an assertion', () => {
  it.each([
    ['SHA1', ['alice'], 'is signed in a way that is weak today: SHA-1'],
    ['MD5', [], "gitian/alice.assert doesn't count"],
  ])('signed with %s counts for %j', async (digest, names, remark) => {
    const key = home.generate(`digest ${digest}`, { algorithm: 'rsa2048' });
    const signature = home.sign(assertion, key, '--digest-algo', digest);
    const found = await checked(signer(key), home.export(key), signature);
    expect(trusted(found)).toEqual([names, containing(remark)]);
  });

  it("doesn't count where a subkey is configured and its primary key signed", async () => {
    const key = home.generate('primary and subkey');
    const subkey = home.addSubkey(key);
    const found = async (by: string, configured: string): Promise<unknown> =>
      trusted(await checked(signer(configured), home.export(key), home.sign(assertion, `${by}!`)));
    expect(await found(subkey, subkey)).toEqual([['alice'], '']);
    expect(await found(subkey, key)).toEqual([['alice'], '']);
    expect(await found(key, subkey)).toEqual([[], containing('its key is not the configured one')]);
  });

  it("doesn't count where the key's own revocation lies beside it", async () => {
    const key = home.generate('revoked beside');
    const revocation = readFileSync(join(home.path, 'openpgp-revocs.d', `${key}.rev`), 'utf8');
    const armored = home.gpg(['--armor', '--export', key]).toString();
    const file = Buffer.from(`${armored}\n${revocation.replace(/^:/m, '')}`);
    const signature = home.sign(assertion, key);
    expect(trusted(await checked(signer(key), Buffer.from(armored), signature))).toEqual([['alice'], '']);
    expect(trusted(await checked(signer(key), file, signature))).toEqual([[], containing('key revoked on')]);
  });

  it("doesn't count where the key is not the one with the configured ID", async () => {
    const key = home.generate('with an ID');
    const signature = home.sign(assertion, key);
    const found = async (keyId: string): Promise<unknown> =>
      trusted(await checked(signer(key, keyId), home.export(key), signature));
    for (const name of [key, key.slice(-16), key.slice(-8)])
      expect(await found(name)).toEqual([['alice'], '']);
    for (const name of ['0'.repeat(16), key.slice(0, 16)])
      expect(await found(name)).toEqual([[], containing(`it holds the key ${key}, not ${name}`)]);
  });

  it("doesn't count where something else follows on its key", async () => {
    const key = home.generate('with more');
    const file = Buffer.concat([home.export(key), Buffer.from('more')]);
    expect(trusted(await checked(signer(key), file, home.sign(assertion, key)))).toEqual([
      [],
      containing('gitian/alice-key.pgp is not used: it has bytes that are no packet'),
    ]);
  });
});
