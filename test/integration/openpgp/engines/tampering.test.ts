import { describe, expect, it } from 'vitest';
import { checkDetached } from '../../../../src/openpgp/check-detached.js';
import { gnupgEngine } from '../../../../src/openpgp/gnupg/engine.js';
import { inProcess, time, twoEngines } from '../../../support/samples/two-engines.js';

const here = twoEngines();

describe('bytes', () => {
  const small = Buffer.from('--- !!omap\n- out_manifest: ""\n');

  it('are bad with any byte of them changed', async () => {
    const key = here.home.generate('tampered@example.org');
    const signature = here.home.sign(small, key);
    await using engine = inProcess(here.home.export(key));
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
    const key = here.home.generate('cut@example.org');
    const signature = here.home.sign(small, key);
    await using engine = inProcess(here.home.export(key));
    for (let length = 0; length < small.length; length++) {
      const [verdict] = await checkDetached(
        engine,
        { signature, bytes: small.subarray(0, length) },
        time('2030-01-01'),
      );
      expect(verdict?.kind, `${String(length)} bytes`).toBe('bad');
    }
    expect(await here.kindsOf(signature, undefined, Buffer.concat([small, Buffer.from('\n')]))).toEqual([
      'bad',
    ]);
  });

  it.each(['ed25519', 'rsa2048'])('a signature by %s cut at any length is never good', async (algorithm) => {
    const key = here.home.generate(`truncated ${algorithm}`, { algorithm });
    const signature = here.home.sign(small, key);
    await using engine = inProcess(here.home.export(key));
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
    const key = here.home.generate('flipped@example.org');
    const signature = here.home.sign(small, key);
    const words = ['gpg', '--homedir', here.home.path] as const;
    await using library = inProcess(here.home.export(key));
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
