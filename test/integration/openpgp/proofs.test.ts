import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDetachedSignature } from '../../../src/openpgp/detached-signature.js';
import type { Claim } from '../../../src/openpgp/in-process/claim.js';
import { LibraryJudge, loadOpenPgp } from '../../../src/openpgp/in-process/library.js';
import { isProvenByOpenSsl } from '../../../src/openpgp/in-process/openssl.js';
import { readPublicKey } from '../../../src/openpgp/in-process/public-key.js';
import { readKeyFile } from '../../../src/openpgp/in-process/transferable-key.js';
import { readSignaturePacket, type SignaturePacket } from '../../../src/openpgp/signature-packet.js';
import { corpusKeys, gpgVerdicts, hasCorpus } from '../../support/corpus.js';
import { GnupgHome } from '../../support/workspaces/gnupg-home.js';
import { ownClaims, publicKey } from '../../support/samples/own-claims.js';

// What OpenSSL proves, openpgp.js has to confirm: nothing may become good by being checked faster.

const bytes = Buffer.from('out_manifest: |\r\n  hello\n');
let library: LibraryJudge;

beforeAll(async () => {
  library = new LibraryJudge(await loadOpenPgp());
});

const isConfirmed = (claim: Claim): Promise<boolean> =>
  library.confirm(claim).then(
    () => true,
    () => false,
  );

function signaturesIn(file: Uint8Array): readonly SignaturePacket[] {
  const read = readDetachedSignature(file);
  return read.kind === 'signatures' ? read.signatures : [];
}

/** The signature with one bit of its body changed; undefined where it can't be read any more. */
function changed({ body }: SignaturePacket, at: number): SignaturePacket | undefined {
  const other = Buffer.from(body);
  other[at] = (other[at] ?? 0) ^ 0x01;
  const read = readSignaturePacket({ tag: 2, body: other, bytes: other });
  return typeof read === 'string' ? undefined : read;
}

describe('keys of every kind', () => {
  let home: GnupgHome;
  beforeAll(() => {
    home = new GnupgHome();
    home.configure('allow-weak-digest-algos');
  });
  afterAll(() => {
    home[Symbol.dispose]();
  });

  const claimsOf = (fingerprint: string, ...options: string[]): readonly [Claim, ...Claim[]] => {
    const [source] = readKeyFile(home.export(fingerprint)).keys;
    const [signature] = signaturesIn(home.sign(bytes, fingerprint, ...options));
    if (source === undefined || signature === undefined) throw new Error('gpg made nothing');
    const candidates = [source.primary, ...source.subkeys.map(({ packet }) => packet)].map(publicKey);
    const key = candidates.find(({ keyId }) => keyId === signature.issuerKeyId);
    if (key === undefined) throw new Error('gpg signed with another key');
    return [{ signature, key, over: { kind: 'file', bytes } }, ...ownClaims(source)];
  };

  it.each([
    ['ed25519', true],
    ['rsa3072', true],
    ['dsa1024', true],
    ['dsa2048', true],
    ['nistp256', true],
    ['nistp384', true],
    ['nistp521', true],
    ['brainpoolP256r1', false],
    ['secp256k1', false],
  ])('%s: proven is %j, and no changed bit is', async (algorithm, proven) => {
    const [claim, ...own] = claimsOf(home.generate(`${algorithm}@example.org`, { algorithm }));
    expect(own).toHaveLength(1);
    for (const each of [claim, ...own]) {
      expect(isProvenByOpenSsl(each)).toBe(proven);
      expect(await isConfirmed(each)).toBe(true);
      for (let at = 0; at < each.signature.body.length; at++) {
        const signature = changed(each.signature, at);
        const other = signature && { ...each, signature };
        // What isn't signed may change.
        if (other !== undefined && isProvenByOpenSsl(other)) expect(await isConfirmed(other)).toBe(true);
      }
    }
    for (let at = 0; at < claim.key.body.length; at++) {
      const body = Buffer.from(claim.key.body);
      body[at] = (body[at] ?? 0) ^ 0x01;
      const key = readPublicKey({ tag: 6, body, bytes: body });
      for (const other of [claim, ...own].map((each) => key && { ...each, key })) {
        if (other !== undefined && isProvenByOpenSsl(other)) expect(await isConfirmed(other)).toBe(true);
      }
    }
  });

  it.each(['SHA1', 'SHA512'])('%s is proven', async (digest) => {
    const key = home.generate(`${digest}@example.org`, { algorithm: 'rsa2048' });
    const [claim] = claimsOf(key, '--digest-algo', digest);
    expect([isProvenByOpenSsl(claim), await isConfirmed(claim)]).toEqual([true, true]);
  });

  it.each(['MD5', 'RIPEMD160'])('%s is left to openpgp.js', async (digest) => {
    const key = home.generate(`${digest}@example.org`, { algorithm: 'rsa2048' });
    const [claim] = claimsOf(key, '--digest-algo', digest);
    expect([isProvenByOpenSsl(claim), await isConfirmed(claim)]).toEqual([false, true]);
  });

  it('text is proven with the line ends that it is signed with', async () => {
    const key = home.generate('text@example.org');
    const [claim] = claimsOf(key, '--textmode');
    for (const text of ['out_manifest: |\n  hello\n', 'out_manifest: |\r\n  hello\r\n']) {
      const other = { ...claim, over: { kind: 'file', bytes: Buffer.from(text) } } as const;
      expect([isProvenByOpenSsl(other), await isConfirmed(other)]).toEqual([true, true]);
    }
  });

  it('a critical notation is left to openpgp.js, which refuses it', async () => {
    const key = home.generate('notation@example.org');
    const [claim] = claimsOf(key, '--set-notation', '!x@example.org=y');
    expect([isProvenByOpenSsl(claim), await isConfirmed(claim)]).toEqual([false, false]);
    const [plain] = claimsOf(key, '--set-notation', 'x@example.org=y');
    expect([isProvenByOpenSsl(plain), await isConfirmed(plain)]).toEqual([true, true]);
  });

  it('subkeys and their consent are proven', async () => {
    const key = home.generate('sub@example.org', { usage: 'cert' });
    home.addSubkey(key, { algorithm: 'rsa2048' });
    const claims = claimsOf(key);
    expect(claims.map(({ signature }) => signature.type)).toEqual([0x00, 0x13, 0x18, 0x19]);
    for (const claim of claims) {
      expect([isProvenByOpenSsl(claim), await isConfirmed(claim)]).toEqual([true, true]);
    }
  });
});

describe.skipIf(!hasCorpus)('the corpus (needs the corpus)', () => {
  it('has what OpenSSL proves where openpgp.js confirms it, and nowhere else', async () => {
    const sources = corpusKeys().flatMap((path) => readKeyFile(readFileSync(path)).keys);
    const claims = sources.flatMap(ownClaims).slice();
    const keys = sources.flatMap(({ primary, subkeys }) => [
      publicKey(primary),
      ...subkeys.map(({ packet }) => publicKey(packet)),
    ]);
    for (const { path } of gpgVerdicts()) {
      const over = { kind: 'file', bytes: readFileSync(path) } as const;
      for (const signature of signaturesIn(readFileSync(`${path}.sig`))) {
        const key = keys.find(({ keyId }) => keyId === signature.issuerKeyId);
        if (key !== undefined) claims.push({ signature, key, over });
      }
    }
    let proven = 0;
    for (const claim of claims) {
      const isProven = isProvenByOpenSsl(claim);
      expect(isProven, JSON.stringify(claim.signature)).toBe(await isConfirmed(claim));
      if (isProven) proven += 1;
    }
    expect(proven).toBeGreaterThan(250);
  });
});
