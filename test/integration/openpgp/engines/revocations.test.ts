import { generateKey, createMessage, sign, unarmor, type PrivateKey } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkDetached } from '../../../../src/openpgp/check-detached.js';
import { gnupgEngine } from '../../../../src/openpgp/gnupg/engine.js';
import { bytes, inProcess, time } from '../../../support/samples/two-engines.js';
import { GnupgHome } from '../../../support/workspaces/gnupg-home.js';

const now = time('2026-01-01');

interface Revocable {
  readonly key: PrivateKey;
  /** Armored. */
  readonly certificate: string;
  readonly signature: Uint8Array;
}

async function revocable(name: string): Promise<Revocable> {
  const { privateKey: key, revocationCertificate: certificate } = await generateKey({
    userIDs: { name },
    format: 'object',
    date: new Date('2020-01-01'),
  });
  const signature = (await sign({
    message: await createMessage({ binary: bytes }),
    signingKeys: key,
    detached: true,
    format: 'binary',
    date: new Date('2024-01-01'),
  })) as Uint8Array;
  return { key, certificate, signature };
}

/** What each engine says of a signature, with the keys of these files. */
async function kindsWith(signature: Uint8Array, files: readonly Uint8Array[]): Promise<readonly string[]> {
  using home = new GnupgHome();
  for (const file of files) home.import(file);
  const words = ['gpg', '--homedir', home.path] as const;
  await using gnupg = await gnupgEngine({ words, signal: new AbortController().signal });
  await using library = inProcess(...files);
  const [one] = await checkDetached(gnupg, { signature, bytes }, now);
  const [other] = await checkDetached(library, { signature, bytes }, now);
  return [one?.kind ?? '', other?.kind ?? ''];
}

describe("a key's own revocation certificate", () => {
  let alice: Revocable;
  let bob: Revocable;
  beforeAll(async () => {
    [alice, bob] = await Promise.all([revocable('alice'), revocable('bob')]);
  });

  const binary = async ({ certificate }: Revocable): Promise<Buffer> => {
    const { data } = (await unarmor(certificate)) as { data: Uint8Array };
    return Buffer.from(data);
  };
  const written = ({ key }: Revocable): Buffer => Buffer.from(key.toPublic().write());

  it('is needed', async () => {
    expect(await kindsWith(alice.signature, [written(alice)])).toEqual(['good', 'good']);
  });

  it('counts behind the key, after its user ID and subkey', async () => {
    const file = Buffer.concat([written(alice), await binary(alice)]);
    expect(await kindsWith(alice.signature, [file])).toEqual(['revoked', 'revoked']);
  });

  it('counts in an armored block of its own', async () => {
    const file = Buffer.from(`${alice.key.toPublic().armor()}\n${alice.certificate}`);
    expect(await kindsWith(alice.signature, [file])).toEqual(['revoked', 'revoked']);
  });

  it('counts in a file of its own', async () => {
    const files = [written(alice), Buffer.from(alice.certificate)];
    expect(await kindsWith(alice.signature, files)).toEqual(['revoked', 'revoked']);
  });

  it('counts in a file that is read before the key', async () => {
    await using engine = inProcess(Buffer.from(alice.certificate), written(alice));
    const [verdict] = await checkDetached(engine, { signature: alice.signature, bytes }, now);
    expect(verdict).toMatchObject({ kind: 'revoked' });
  });

  it("doesn't count for another's key", async () => {
    const file = Buffer.concat([written(alice), await binary(bob)]);
    const files = [file, written(bob)];
    expect(await kindsWith(alice.signature, files)).toEqual(['good', 'good']);
  });

  it("doesn't count when it was changed", async () => {
    const certificate = await binary(alice);
    certificate.writeUInt8(certificate.readUInt8(certificate.length - 1) ^ 1, certificate.length - 1);
    const file = Buffer.concat([written(alice), certificate]);
    expect(await kindsWith(alice.signature, [file])).toEqual(['good', 'good']);
  });

  it("doesn't count as GnuPG keeps it, with a colon that has to be taken away first", async () => {
    await using engine = inProcess(Buffer.from(`${alice.key.toPublic().armor()}\n:${alice.certificate}`));
    const [verdict] = await checkDetached(engine, { signature: alice.signature, bytes }, now);
    expect(verdict).toMatchObject({ kind: 'good' });
  });
});
