import { spawnSync } from 'node:child_process';
import { createMessage, generateKey, sign } from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDetached } from '../../../src/openpgp/check-detached.js';
import type { SignatureEngine } from '../../../src/openpgp/engine.js';
import { gnupgEngine } from '../../../src/openpgp/gnupg/engine.js';
import { inProcessEngine } from '../../../src/openpgp/in-process/engine.js';
import { KeyRing } from '../../../src/openpgp/in-process/key-ring.js';
import { readKeyFile } from '../../../src/openpgp/in-process/transferable-key.js';
import { splitPackets, tags } from '../../../src/openpgp/packets.js';
import type { SignatureVerdict } from '../../../src/openpgp/verdict.js';
import { GnupgHome } from '../../support/gnupg-home.js';

// Both engines see the same keys and signatures and have to come to the same verdict, in all its parts.

const bytes = Buffer.from('out_manifest: |\n  hello\n');
const time = (day: string): number => Date.parse(day) / 1000;

/** Keys are made, used, and taken back in `home`; `others` has what only strangers have. */
let home: GnupgHome;

beforeAll(() => {
  home = new GnupgHome();
  home.configure('no-auto-key-retrieve', 'allow-weak-digest-algos');
});
afterAll(() => {
  home[Symbol.dispose]();
});

function inProcess(...keys: readonly Uint8Array[]): SignatureEngine {
  const ring = new KeyRing();
  for (const key of keys) for (const each of readKeyFile(key).keys) ring.add(each);
  return inProcessEngine(ring);
}

/** A key without what its subkeys have signed: their consent, which lies in the part of a binding that isn't signed. */
function withoutConsent(key: Uint8Array, keyId: string): Uint8Array {
  const issuer = Buffer.concat([Buffer.of(0, 10, 9, 16), Buffer.from(keyId, 'hex')]);
  const { packets } = splitPackets(key);
  return Buffer.concat(
    packets.map(({ tag, body, bytes: whole }) => {
      if (tag !== tags.signature || body[1] !== 0x18) return whole;
      const view = Buffer.from(body);
      const unhashed = 6 + view.readUInt16BE(4);
      const rest = view.subarray(unhashed + 2 + view.readUInt16BE(unhashed));
      const stripped = Buffer.concat([view.subarray(0, unhashed), issuer, rest]);
      return Buffer.concat([
        Buffer.of(0xc2, 0xff, 0, 0, stripped.length >> 8, stripped.length & 0xff),
        stripped,
      ]);
    }),
  );
}

/** The verdicts of both engines, which have to be equal, at the time `now`. */
async function verdictsOf(
  signature: Uint8Array,
  now = Date.now() / 1000,
  signed: Uint8Array = bytes,
): Promise<readonly SignatureVerdict[]> {
  const words = [
    'gpg',
    '--homedir',
    home.path,
    '--faked-system-time',
    `${String(Math.floor(now))}!`,
  ] as const;
  await using gnupg = await gnupgEngine({ words, signal: new AbortController().signal });
  await using library = inProcess(home.export());
  const one = await checkDetached(gnupg, { signature, bytes: signed }, now);
  const other = await checkDetached(library, { signature, bytes: signed }, now);
  expect(other).toEqual(one);
  return one;
}

async function kindsOf(...args: Parameters<typeof verdictsOf>): Promise<readonly string[]> {
  return (await verdictsOf(...args)).map(({ kind }) => kind);
}

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
    const key = home.generate(`${algorithm} <${algorithm}@example.org>`, { algorithm });
    const [verdict] = await verdictsOf(home.sign(bytes, key));
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
    const key = home.generate(`${algorithm}@example.org`, { algorithm });
    expect(await verdictsOf(home.sign(bytes, key))).toMatchObject([{ kind: 'good', weak }]);
  });

  it.each([
    ['SHA1', 'SHA-1', ['SHA-1']],
    ['MD5', 'MD5', ['MD5']],
    ['RIPEMD160', 'RIPEMD-160', ['RIPEMD-160']],
    ['SHA224', 'SHA-224', []],
    ['SHA384', 'SHA-384', []],
  ])('%s is told', async (digest, hash, weak) => {
    const key = home.generate(`${digest}@example.org`, { algorithm: 'rsa2048' });
    const signature = home.sign(bytes, key, '--digest-algo', digest);
    expect(await verdictsOf(signature)).toMatchObject([{ kind: 'good', hash, weak }]);
  });
});

describe('forms', () => {
  let key: string;
  beforeAll(() => {
    key = home.generate('forms@example.org');
  });

  it('armored', async () => {
    expect(await kindsOf(home.sign(bytes, key, '--armor'))).toEqual(['good']);
  });

  it('over text, whatever its line ends', async () => {
    const signature = home.sign(bytes, key, '--textmode');
    expect(await verdictsOf(signature)).toMatchObject([{ kind: 'good', class: 1 }]);
    const crlf = Buffer.from(bytes.toString().replaceAll('\n', '\r\n'));
    expect(await kindsOf(signature, undefined, crlf)).toEqual(['good']);
  });

  it('several signatures in one file, each with its verdict', async () => {
    const second = home.generate('second@example.org', { algorithm: 'rsa2048' });
    const signature = home.gpg(['-u', key, '-u', second, '--detach-sign', '-o', '-'], bytes);
    const verdicts = await verdictsOf(signature);
    expect(verdicts.map((verdict) => 'key' in verdict && verdict.key.primaryFingerprint).sort()).toEqual(
      [key, second].sort(),
    );
    const [good] = await verdictsOf(home.sign(bytes, key));
    const mixed = Buffer.concat([home.sign('other bytes', second), home.sign(bytes, key)]);
    const [bad, after] = await verdictsOf(mixed);
    expect(bad).toMatchObject({ kind: 'bad' });
    expect(after).toMatchObject({ kind: good?.kind });
  });

  it.each([
    ['a compressed message', ['--sign']],
    ['a message signed as clear text', ['--clear-sign']],
    ['a message with the signed bytes inside', ['--sign', '-z', '0']],
    ['a public key', ['--export']],
    ['an encrypted message', ['--symmetric', '--passphrase', 'x']],
  ])('%s is not a detached signature', async (what, args) => {
    const file = home.gpg(args[0] === '--export' ? args : ['-u', key, ...args, '-o', '-'], bytes);
    expect(await verdictsOf(file)).toEqual([{ kind: 'not-detached', what }]);
  });

  it.each([
    ['it is empty', ''],
    ['it is a web page', '<!DOCTYPE html>\n<html><body>404</body></html>'],
    ['it is not OpenPGP data', 'hello'],
    ['its armor has no end', '-----BEGIN PGP SIGNATURE-----\n\niQ==\n'],
    ['its armor is damaged', '-----BEGIN PGP SIGNATURE-----\n\n***\n-----END PGP SIGNATURE-----\n'],
  ])('%s', async (reason, text) => {
    expect(await verdictsOf(Buffer.from(text))).toEqual([{ kind: 'unreadable', reason }]);
  });
});

describe('bytes', () => {
  const small = Buffer.from('--- !!omap\n- out_manifest: ""\n');

  it('are bad with any byte of them changed', async () => {
    const key = home.generate('tampered@example.org');
    const signature = home.sign(small, key);
    await using engine = inProcess(home.export(key));
    for (let at = 0; at < small.length; at++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(small);
        changed[at] = (changed[at] ?? 0) ^ change;
        const [verdict] = await checkDetached(engine, { signature, bytes: changed }, time('2030-01-01'));
        expect(verdict?.kind, `byte ${String(at)} ^ ${String(change)}`).toBe('bad');
      }
    }
  });

  it('are bad with any of them taken off or added', async () => {
    const key = home.generate('cut@example.org');
    const signature = home.sign(small, key);
    await using engine = inProcess(home.export(key));
    for (let length = 0; length < small.length; length++) {
      const [verdict] = await checkDetached(
        engine,
        { signature, bytes: small.subarray(0, length) },
        time('2030-01-01'),
      );
      expect(verdict?.kind, `${String(length)} bytes`).toBe('bad');
    }
    expect(await kindsOf(signature, undefined, Buffer.concat([small, Buffer.from('\n')]))).toEqual(['bad']);
  });

  it.each(['ed25519', 'rsa2048'])('a signature by %s cut at any length is never good', async (algorithm) => {
    const key = home.generate(`truncated ${algorithm}`, { algorithm });
    const signature = home.sign(small, key);
    await using engine = inProcess(home.export(key));
    for (let length = 0; length < signature.length; length++) {
      const [verdict] = await checkDetached(
        engine,
        { signature: signature.subarray(0, length), bytes: small },
        time('2030-01-01'),
      );
      expect(verdict?.kind, `${String(length)} bytes`).toBe('unreadable');
    }
  });

  it('a signature with any byte changed is not good, or still the same signature', async () => {
    const key = home.generate('flipped@example.org');
    const signature = home.sign(small, key);
    const words = ['gpg', '--homedir', home.path] as const;
    await using library = inProcess(home.export(key));
    await using gnupg = await gnupgEngine({ words, signal: new AbortController().signal });
    let stricter = 0;
    for (let at = 0; at < signature.length; at++) {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const signed = { signature: changed, bytes: small };
      const [verdict] = await checkDetached(library, signed, time('2030-01-01'));
      const [other] = await checkDetached(gnupg, signed, time('2030-01-01'));
      // What isn't signed, such as a second name for the key, may change: but then key and time are still the same.
      if (verdict?.kind === 'good') expect(verdict).toMatchObject({ key: { primaryFingerprint: key } });
      const why = `byte ${String(at)}: ${JSON.stringify([verdict, other])}`;
      if (other?.kind !== 'good') expect(verdict?.kind, why).not.toBe('good');
      else if (verdict?.kind !== 'good') stricter += 1;
    }
    // The first two bytes of the hash are repeated beside the signature, to find out early that it doesn't fit.
    // openpgp.js compares them and GnuPG doesn't.
    expect(stricter).toBe(2);
  });
});

describe('keys', () => {
  it('unknown', async () => {
    using stranger = new GnupgHome();
    const key = stranger.generate('stranger@example.org');
    expect(await verdictsOf(stranger.sign(bytes, key))).toMatchObject([{ kind: 'key-unknown', keyId: key }]);
  });

  it('expired since', async () => {
    const key = home.generate('since@example.org', { at: '20200101T000000', expires: '2y' });
    const signature = home.sign(bytes, key, '--faked-system-time', '20210601T000000!');
    expect(await kindsOf(signature, time('2021-07-01'))).toEqual(['good']);
    expect(await verdictsOf(signature, time('2022-07-01'))).toMatchObject([
      { kind: 'good-expired-since', expired: time('2021-12-31') },
    ]);
  });

  it('expired before signing', async () => {
    const key = home.generate('before@example.org', { at: '20200101T000000' });
    const signature = home.sign(bytes, key, '--faked-system-time', '20230601T000000!');
    home.gpg(['--faked-system-time', '20200201T000000!', '--quick-set-expire', key, '1y']);
    expect(await verdictsOf(signature)).toMatchObject([
      { kind: 'expired-before-signing', expired: time('2021-01-31'), signed: time('2023-06-01') },
    ]);
  });

  it('with an expired signature', async () => {
    const key = home.generate('short@example.org', { at: '20200101T000000' });
    const signature = home.sign(
      bytes,
      key,
      '--faked-system-time',
      '20200601T000000!',
      '--default-sig-expire',
      '1d',
    );
    expect(await kindsOf(signature, time('2020-06-01T12:00:00Z'))).toEqual(['good']);
    expect(await verdictsOf(signature)).toMatchObject([
      { kind: 'signature-expired', expired: time('2020-06-02') },
    ]);
  });

  it('newer than their signature', async () => {
    const key = home.generate('newer@example.org', { at: '20220101T000000' });
    const signature = home.sign(
      bytes,
      key,
      '--faked-system-time',
      '20210101T000000!',
      '--ignore-time-conflict',
    );
    expect(await kindsOf(signature)).toEqual(['key-unusable']);
  });

  it.each([
    [3, '20230101T000000', 'good-revoked-since', 'retired'],
    [2, '20230101T000000', 'good-revoked-since', 'retired'],
    [1, '20230101T000000', 'revoked', 'compromised'],
    [0, '20230101T000000', 'revoked', 'unspecified'],
    [3, '20210101T000000', 'revoked', 'retired'],
    [1, '20210101T000000', 'revoked', 'compromised'],
  ] as const)('revoked for reason %i at %s, signed in 2022: %s', async (reason, at, kind, word) => {
    const key = home.generate(`revoked ${String(reason)} ${at}`, { at: '20200101T000000' });
    const signature = home.sign(bytes, key, '--faked-system-time', '20220101T000000!');
    home.revoke(key, reason, at);
    const when = at.startsWith('2023') ? 'after' : 'before';
    const revoked = { at: time(`${at.slice(0, 4)}-01-01`), reason: word };
    const expected = kind === 'revoked' ? { kind, when, revoked } : { kind, revoked };
    expect(await verdictsOf(signature)).toMatchObject([expected]);
  });
});

describe('keys of version 6, which GnuPG does not know yet', () => {
  it('are known to openpgp.js', async () => {
    const { privateKey } = await generateKey({
      userIDs: { name: 'six' },
      config: { v6Keys: true, aeadProtect: true },
      format: 'object',
      date: new Date('2020-01-01'),
    });
    const signature = (await sign({
      message: await createMessage({ binary: bytes }),
      signingKeys: privateKey,
      detached: true,
      format: 'binary',
      date: new Date('2021-01-01'),
    })) as Uint8Array;
    await using engine = inProcess(privateKey.toPublic().write());
    const at = time('2022-01-01');
    expect(await checkDetached(engine, { signature, bytes }, at)).toMatchObject([
      {
        kind: 'good',
        version: 6,
        key: { primaryFingerprint: privateKey.getFingerprint().toUpperCase(), userId: 'six' },
      },
    ]);
    const changed = Buffer.concat([bytes, Buffer.from('x')]);
    expect(await checkDetached(engine, { signature, bytes: changed }, at)).toMatchObject([{ kind: 'bad' }]);
  });
});

describe('subkeys', () => {
  it('sign for their primary key', async () => {
    const key = home.generate('primary@example.org', { usage: 'cert' });
    const subkey = home.addSubkey(key);
    expect(await verdictsOf(home.sign(bytes, key))).toMatchObject([
      { kind: 'good', key: { fingerprint: subkey, primaryFingerprint: key } },
    ]);
  });

  it('that never said that they belong to their primary key are not believed', async () => {
    using other = new GnupgHome();
    const key = other.generate('no consent', { usage: 'cert' });
    other.addSubkey(key);
    const signature = other.sign(bytes, key);
    const stripped = withoutConsent(other.export(key), key.slice(-16));
    using victim = new GnupgHome();
    victim.import(stripped);
    const words = ['gpg', '--homedir', victim.path] as const;
    await using gnupg = await gnupgEngine({ words, signal: new AbortController().signal });
    await using library = inProcess(stripped);
    const now = Date.now() / 1000;
    expect(await checkDetached(gnupg, { signature, bytes }, now)).toMatchObject([{ kind: 'key-unusable' }]);
    expect(await checkDetached(library, { signature, bytes }, now)).toMatchObject([
      { kind: 'key-unusable', reason: expect.stringContaining('is not cross-certified') as string },
    ]);
    // With its consent the same key is good, so it is this that was missing.
    await using whole = inProcess(other.export(key));
    expect(await checkDetached(whole, { signature, bytes }, now)).toMatchObject([{ kind: 'good' }]);
  });

  it('end with themselves', async () => {
    const key = home.generate('sub ends', { usage: 'cert', at: '20200101T000000' });
    home.addSubkey(key, { at: '20200101T000000', expires: '1y' });
    const signature = home.sign(bytes, key, '--faked-system-time', '20200601T000000!');
    expect(await verdictsOf(signature)).toMatchObject([
      { kind: 'good-expired-since', expired: time('2020-12-31') },
    ]);
  });

  it('end with their primary key', async () => {
    const key = home.generate('primary ends', { usage: 'cert', at: '20200101T000000', expires: '1y' });
    home.addSubkey(key, { at: '20200101T000000' });
    const signature = home.sign(bytes, key, '--faked-system-time', '20200601T000000!');
    expect(await verdictsOf(signature)).toMatchObject([
      { kind: 'good-expired-since', expired: time('2020-12-31') },
    ]);
  });

  it.each([
    ['3', 'good-revoked-since', 'retired'],
    ['1', 'revoked', 'compromised'],
  ])('are revoked by themselves, for reason %s', async (reason, kind, word) => {
    const key = home.generate(`sub revoked ${reason}`, { usage: 'cert', at: '20200101T000000' });
    home.addSubkey(key, { at: '20200101T000000' });
    const signature = home.sign(bytes, key, '--faked-system-time', '20200601T000000!');
    spawnSync(
      'gpg',
      [
        '--no-tty',
        '--yes',
        '--faked-system-time',
        '20210101T000000!',
        '--command-fd',
        '0',
        '--edit-key',
        key,
      ],
      { env: home.env, input: `key 1\nrevkey\ny\n${reason}\n\ny\nsave\n` },
    );
    expect(await verdictsOf(signature)).toMatchObject([
      { kind, revoked: { at: time('2021-01-01'), reason: word } },
    ]);
  });

  it('are revoked with their primary key', async () => {
    const key = home.generate('primary revoked', { usage: 'cert', at: '20200101T000000' });
    home.addSubkey(key, { at: '20200101T000000' });
    const signature = home.sign(bytes, key, '--faked-system-time', '20200601T000000!');
    home.revoke(key, 1, '20210101T000000');
    expect(await verdictsOf(signature)).toMatchObject([{ kind: 'revoked', when: 'after' }]);
  });
});
