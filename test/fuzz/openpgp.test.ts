import { readFileSync } from 'node:fs';
import { beforeAll, describe } from 'vitest';
import { unarmor } from '../../src/openpgp/armor.js';
import { checkDetached } from '../../src/openpgp/check-detached.js';
import { readDetachedSignature } from '../../src/openpgp/detached-signature.js';
import type { Claim } from '../../src/openpgp/in-process/claim.js';
import type { SignatureEngine } from '../../src/openpgp/engine.js';
import { inProcessEngine } from '../../src/openpgp/in-process/engine.js';
import { KeyRing } from '../../src/openpgp/in-process/key-ring.js';
import { LibraryJudge, loadOpenPgp } from '../../src/openpgp/in-process/library.js';
import { isProvenByOpenSsl } from '../../src/openpgp/in-process/openssl.js';
import { readSecretKey, SecretKeyProblem } from '../../src/openpgp/in-process/secret-key.js';
import { readKeyFile } from '../../src/openpgp/in-process/transferable-key.js';
import { splitPackets, tags } from '../../src/openpgp/packets.js';
import { isGood } from '../../src/openpgp/verdict.js';
import { corpusKeys, hasCorpus } from '../support/corpus.js';
import { ownClaims, publicKey } from '../support/samples/own-claims.js';
import { fuzz } from './support/fuzz.js';
import { madeKeys, signedText, type MadeKey } from './support/openpgp-seeds.js';

const now = 2_000_000_000;
const headers = [
  '-----BEGIN PGP SIGNATURE-----\n',
  '-----BEGIN PGP PUBLIC KEY BLOCK-----\n',
  'Version: x\n',
  '\n',
  '=abcd\n',
];
/** Heads of packets and subpackets: old and new forms, critical ones, and the lengths that are special. */
const heads = [
  [0x88],
  [0x99, 1, 0],
  [0xc2, 0xff],
  [0x04, 0x00],
  [0x05, 0x02],
  [0x85, 0x02],
  [0x09, 0x10],
  [0x16, 0x21, 0x04],
];
const pieces = [...headers, ...heads.map((bytes) => Uint8Array.from(bytes))];

let made: readonly MadeKey[];
let ring: KeyRing;
let engine: SignatureEngine;
let library: LibraryJudge;
beforeAll(async () => {
  made = await madeKeys();
  ring = new KeyRing();
  for (const { publicBytes } of made) for (const key of readKeyFile(publicBytes).keys) ring.add(key);
  engine = inProcessEngine(ring);
  library = new LibraryJudge(await loadOpenPgp());
}, 120_000);

/** What OpenSSL proves, openpgp.js has to confirm, whatever was changed. */
async function demandAgreement(claims: readonly Claim[]): Promise<void> {
  for (const claim of claims) if (isProvenByOpenSsl(claim)) await library.confirm(claim);
}

describe('OpenPGP', () => {
  fuzz('armor and packets', () => ({
    seeds: made.flatMap(({ signatures, publicBytes, armored }) => [...signatures, publicBytes, armored]),
    pieces,
    read: (bytes) => {
      const data = unarmor(bytes);
      if (data.kind === 'binary') splitPackets(data.bytes);
      if (data.kind === 'armored') for (const block of data.blocks) splitPackets(block.bytes);
    },
  }));

  fuzz('signatures', () => ({
    seeds: made.flatMap(({ signatures }) => signatures),
    pieces,
    weight: 2,
    read: async (bytes) => {
      await checkDetached(engine, { signature: bytes, bytes: signedText }, now);
      const read = readDetachedSignature(bytes);
      if (read.kind !== 'signatures') return;
      const over = { kind: 'file', bytes: signedText } as const;
      for (const signature of read.signatures) {
        const keys = ring.keys.flatMap(({ primary, subkeys }) => [
          primary,
          ...subkeys.map(({ packet }) => packet),
        ]);
        await demandAgreement(keys.map((key) => ({ signature, key: publicKey(key), over })));
      }
    },
  }));

  fuzz('signed bytes', () => ({
    seeds: [signedText],
    pieces: ['\r\n', '\n', '\0'],
    read: async (bytes) => {
      // Text may have other line ends, which are part of what is signed.
      const isSame = bytes.toString('latin1').replace(/\r?\n/g, '\n') === signedText.toString('latin1');
      for (const signature of made.flatMap(({ signatures }) => signatures)) {
        const verdicts = await checkDetached(engine, { signature, bytes }, now);
        if (!isSame && verdicts.some(isGood)) throw new Error('other bytes count as signed');
      }
    },
  }));

  fuzz('public keys', () => ({
    seeds: [
      ...made.flatMap(({ publicBytes, armored }) => [publicBytes, armored]),
      ...(hasCorpus
        ? corpusKeys()
            .slice(0, 12)
            .map((path) => readFileSync(path))
        : []),
    ],
    pieces,
    weight: 2,
    read: async (bytes) => {
      const { keys } = readKeyFile(bytes);
      const own = new KeyRing();
      for (const key of keys) own.add(key);
      const asked = inProcessEngine(own);
      for (const { signatures, fingerprint } of made) {
        for (const signature of signatures) {
          const verdicts = await checkDetached(asked, { signature, bytes: signedText }, now);
          const others = verdicts.filter(isGood).filter(({ key }) => key.primaryFingerprint !== fingerprint);
          if (others.length > 0) throw new Error('a key that was changed made the signature');
        }
      }
      await demandAgreement(keys.filter(({ primary }) => primary.tag === tags.publicKey).flatMap(ownClaims));
    },
  }));

  fuzz('secret keys', () => ({
    seeds: made.map(({ secretBytes }) => secretBytes),
    pieces,
    expects: (error) => error instanceof SecretKeyProblem,
    read: (bytes) => readSecretKey(bytes, () => Promise.resolve('x')),
  }));
});
