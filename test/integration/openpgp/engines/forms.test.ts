import { beforeAll, describe, expect, it } from 'vitest';
import { bytes, twoEngines } from '../../../support/samples/two-engines.js';

const here = twoEngines();

describe('forms', () => {
  let key: string;
  beforeAll(() => {
    key = here.home.generate('forms@example.org');
  });

  it('armored', async () => {
    expect(await here.kindsOf(here.home.sign(bytes, key, '--armor'))).toEqual(['good']);
  });

  it('over text, whatever its line ends', async () => {
    const signature = here.home.sign(bytes, key, '--textmode');
    expect(await here.verdictsOf(signature)).toMatchObject([{ kind: 'good', class: 1 }]);
    const crlf = Buffer.from(bytes.toString().replaceAll('\n', '\r\n'));
    expect(await here.kindsOf(signature, undefined, crlf)).toEqual(['good']);
  });

  it('several signatures in one file, each with its verdict', async () => {
    const second = here.home.generate('second@example.org', { algorithm: 'rsa2048' });
    const signature = here.home.gpg(['-u', key, '-u', second, '--detach-sign', '-o', '-'], bytes);
    const verdicts = await here.verdictsOf(signature);
    expect(verdicts.map((verdict) => 'key' in verdict && verdict.key.primaryFingerprint).sort()).toEqual(
      [key, second].sort(),
    );
    const [good] = await here.verdictsOf(here.home.sign(bytes, key));
    const mixed = Buffer.concat([here.home.sign('other bytes', second), here.home.sign(bytes, key)]);
    const [bad, after] = await here.verdictsOf(mixed);
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
    const file = here.home.gpg(args[0] === '--export' ? args : ['-u', key, ...args, '-o', '-'], bytes);
    expect(await here.verdictsOf(file)).toEqual([{ kind: 'not-detached', what }]);
  });

  it.each([
    ['it is empty', ''],
    ['it is a web page', '<!DOCTYPE html>\n<html><body>404</body></html>'],
    ['it is not OpenPGP data', 'hello'],
    ['its armor has no end', '-----BEGIN PGP SIGNATURE-----\n\niQ==\n'],
    ['its armor is damaged', '-----BEGIN PGP SIGNATURE-----\n\n***\n-----END PGP SIGNATURE-----\n'],
  ])('%s', async (reason, text) => {
    expect(await here.verdictsOf(Buffer.from(text))).toEqual([{ kind: 'unreadable', reason }]);
  });
});
