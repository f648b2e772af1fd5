import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isFailure } from '../../../src/core/errors/gitian-error.js';
import { assertionPlace, demandInPlace } from '../../../src/signing/place.js';

const place = (release: string, signer: string, name = 'hello'): ReturnType<typeof assertionPlace> =>
  assertionPlace({ destination: '/w/sigs/hello', release, signer, name });

describe('assertionPlace', () => {
  it.each(['alice', 'alice@example.org', 'Alice A. Doe', '0xE50FE137', 'Ällïs', 'a+b', "o'neil", '$(id)'])(
    'has a folder for %j',
    (signer) => {
      expect(place('1.0-linux', signer)).toEqual({
        folder: `/w/sigs/hello/1.0-linux/${signer}`,
        assertion: `/w/sigs/hello/1.0-linux/${signer}/hello-build.assert`,
        signature: `/w/sigs/hello/1.0-linux/${signer}/hello-build.assert.sig`,
      });
    },
  );

  const bad = [
    '',
    '.',
    '..',
    '.hidden',
    '../x',
    'a/b',
    '/etc',
    '-u',
    '--version',
    ' a',
    'a ',
    'a\nb',
    'a\0b',
    '\u001b[1m',
    'x'.repeat(256),
  ];

  it.each(bad)('refuses the signer %j', (signer) => {
    expect(() => place('1.0', signer)).toThrow(
      expect.toSatisfy((error) => isFailure(error, 'unsafe-name')) as Error,
    );
  });

  it.each(bad)('refuses the release %j', (release) => {
    expect(() => place(release, 'alice')).toThrow(
      expect.toSatisfy((error) => isFailure(error, 'unsafe-name')) as Error,
    );
  });

  it('refuses a package that is no plain name', () => {
    expect(() => place('1.0', 'alice', '../hello')).toThrow('the name of the descriptor');
  });
});

describe('demandInPlace', () => {
  it('refuses a link to a folder beside the signatures whose name begins with theirs', async () => {
    const root = mkdtempSync(join(tmpdir(), 'gitian-place-'));
    onTestFinished(() => {
      rmSync(root, { recursive: true });
    });
    const destination = join(root, 'hello');
    for (const name of ['hello/1', 'hello-more/alice']) mkdirSync(join(root, name), { recursive: true });
    symlinkSync('1', join(destination, 'own'));
    symlinkSync('../hello-more', join(destination, 'out'));
    const demand = async (release: string): Promise<void> =>
      demandInPlace(
        assertionPlace({ destination, release, signer: 'alice', name: 'hello' }),
        destination,
        root,
      );
    await demand('own');
    await expect(demand('out')).rejects.toThrow('"hello/out" is a link out of the signatures');
  });
});
