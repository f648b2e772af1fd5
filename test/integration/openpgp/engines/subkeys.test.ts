import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checkDetached } from '../../../../src/openpgp/check-detached.js';
import { gnupgEngine } from '../../../../src/openpgp/gnupg/engine.js';
import { splitPackets, tags } from '../../../../src/openpgp/packets.js';
import { GnupgHome } from '../../../support/workspaces/gnupg-home.js';
import { bytes, inProcess, time, twoEngines } from '../../../support/samples/two-engines.js';

const here = twoEngines();

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

describe('subkeys', () => {
  it('sign for their primary key', async () => {
    const key = here.home.generate('primary@example.org', { usage: 'cert' });
    const subkey = here.home.addSubkey(key);
    expect(await here.verdictsOf(here.home.sign(bytes, key))).toMatchObject([
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
    const key = here.home.generate('sub ends', { usage: 'cert', at: '20200101T000000' });
    here.home.addSubkey(key, { at: '20200101T000000', expires: '1y' });
    const signature = here.home.sign(bytes, key, '--faked-system-time', '20200601T000000!');
    expect(await here.verdictsOf(signature)).toMatchObject([
      { kind: 'good-expired-since', expired: time('2020-12-31') },
    ]);
  });

  it('end with their primary key', async () => {
    const key = here.home.generate('primary ends', { usage: 'cert', at: '20200101T000000', expires: '1y' });
    here.home.addSubkey(key, { at: '20200101T000000' });
    const signature = here.home.sign(bytes, key, '--faked-system-time', '20200601T000000!');
    expect(await here.verdictsOf(signature)).toMatchObject([
      { kind: 'good-expired-since', expired: time('2020-12-31') },
    ]);
  });

  it.each([
    ['3', 'good-revoked-since', 'retired'],
    ['1', 'revoked', 'compromised'],
  ])('are revoked by themselves, for reason %s', async (reason, kind, word) => {
    const key = here.home.generate(`sub revoked ${reason}`, { usage: 'cert', at: '20200101T000000' });
    here.home.addSubkey(key, { at: '20200101T000000' });
    const signature = here.home.sign(bytes, key, '--faked-system-time', '20200601T000000!');
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
      { env: here.home.env, input: `key 1\nrevkey\ny\n${reason}\n\ny\nsave\n` },
    );
    expect(await here.verdictsOf(signature)).toMatchObject([
      { kind, revoked: { at: time('2021-01-01'), reason: word } },
    ]);
  });

  it('are revoked with their primary key', async () => {
    const key = here.home.generate('primary revoked', { usage: 'cert', at: '20200101T000000' });
    here.home.addSubkey(key, { at: '20200101T000000' });
    const signature = here.home.sign(bytes, key, '--faked-system-time', '20200601T000000!');
    here.home.revoke(key, 1, '20210101T000000');
    expect(await here.verdictsOf(signature)).toMatchObject([{ kind: 'revoked', when: 'after' }]);
  });
});
