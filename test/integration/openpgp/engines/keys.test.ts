import { createMessage, generateKey, sign } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { checkDetached } from '../../../../src/openpgp/check-detached.js';
import { GnupgHome } from '../../../support/workspaces/gnupg-home.js';
import { bytes, inProcess, time, twoEngines } from '../../../support/samples/two-engines.js';

const here = twoEngines();

describe('keys', () => {
  it('unknown', async () => {
    using stranger = new GnupgHome();
    const key = stranger.generate('stranger@example.org');
    expect(await here.verdictsOf(stranger.sign(bytes, key))).toMatchObject([
      { kind: 'key-unknown', keyId: key },
    ]);
  });

  it('expired since', async () => {
    const key = here.home.generate('since@example.org', { at: '20200101T000000', expires: '2y' });
    const signature = here.home.sign(bytes, key, '--faked-system-time', '20210601T000000!');
    expect(await here.kindsOf(signature, time('2021-07-01'))).toEqual(['good']);
    expect(await here.verdictsOf(signature, time('2022-07-01'))).toMatchObject([
      { kind: 'good-expired-since', expired: time('2021-12-31') },
    ]);
  });

  it('expired before signing', async () => {
    const key = here.home.generate('before@example.org', { at: '20200101T000000' });
    const signature = here.home.sign(bytes, key, '--faked-system-time', '20230601T000000!');
    here.home.gpg(['--faked-system-time', '20200201T000000!', '--quick-set-expire', key, '1y']);
    expect(await here.verdictsOf(signature)).toMatchObject([
      { kind: 'expired-before-signing', expired: time('2021-01-31'), signed: time('2023-06-01') },
    ]);
  });

  it('with an expired signature', async () => {
    const key = here.home.generate('short@example.org', { at: '20200101T000000' });
    const signature = here.home.sign(
      bytes,
      key,
      '--faked-system-time',
      '20200601T000000!',
      '--default-sig-expire',
      '1d',
    );
    expect(await here.kindsOf(signature, time('2020-06-01T12:00:00Z'))).toEqual(['good']);
    expect(await here.verdictsOf(signature)).toMatchObject([
      { kind: 'signature-expired', expired: time('2020-06-02') },
    ]);
  });

  it('newer than their signature', async () => {
    const key = here.home.generate('newer@example.org', { at: '20220101T000000' });
    const signature = here.home.sign(
      bytes,
      key,
      '--faked-system-time',
      '20210101T000000!',
      '--ignore-time-conflict',
    );
    expect(await here.kindsOf(signature)).toEqual(['key-unusable']);
  });

  it('with a user ID that was taken back, named by another', async () => {
    const key = here.home.generate('taken back', { at: '20200101T000000' });
    const change = (at: string, ...command: string[]): unknown =>
      here.home.gpg(['--faked-system-time', `${at}!`, '--passphrase', '', ...command]);
    change('20200201T000000', '--quick-add-uid', key, 'kept');
    change('20200301T000000', '--quick-set-primary-uid', key, 'taken back');
    const signature = here.home.sign(bytes, key);
    expect(await here.verdictsOf(signature)).toMatchObject([{ kind: 'good', key: { userId: 'taken back' } }]);
    change('20200401T000000', '--quick-revoke-uid', key, 'taken back');
    expect(await here.verdictsOf(signature)).toMatchObject([{ kind: 'good', key: { userId: 'kept' } }]);
  });

  it.each([
    [3, '20230101T000000', 'good-revoked-since', 'retired'],
    [2, '20230101T000000', 'good-revoked-since', 'retired'],
    [1, '20230101T000000', 'revoked', 'compromised'],
    [0, '20230101T000000', 'revoked', 'unspecified'],
    [3, '20210101T000000', 'revoked', 'retired'],
    [1, '20210101T000000', 'revoked', 'compromised'],
  ] as const)('revoked for reason %i at %s, signed in 2022: %s', async (reason, at, kind, word) => {
    const key = here.home.generate(`revoked ${String(reason)} ${at}`, { at: '20200101T000000' });
    const signature = here.home.sign(bytes, key, '--faked-system-time', '20220101T000000!');
    here.home.revoke(key, reason, at);
    const when = at.startsWith('2023') ? 'after' : 'before';
    const revoked = { at: time(`${at.slice(0, 4)}-01-01`), reason: word };
    const expected = kind === 'revoked' ? { kind, when, revoked } : { kind, revoked };
    expect(await here.verdictsOf(signature)).toMatchObject([expected]);
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
