import { describe, expect, it } from 'vitest';
import { explainGpg } from '../../../src/signing/gpg-failure.js';

// GnuPG 2.2's own words; test/cli/gsign/gnupg-words.test.ts sees that it says them.
const said = (...lines: string[]): string => lines.map((line) => `gpg: ${line}\n`).join('');

describe('explainGpg', () => {
  it.each([
    [
      said('skipped "alice": No secret key', 'signing failed: No secret key'),
      undefined,
      'has no secret key for "alice"',
    ],
    [said('skipped "alice": Unusable secret key'), 'e', `can't sign as "alice": the key has expired`],
    [said('skipped "alice": Unusable secret key'), 'r', `can't sign as "alice": the key has been revoked`],
    [
      said('skipped "alice": Unusable secret key'),
      undefined,
      `can't sign as "alice": the key isn't one that may sign`,
    ],
    [said('signing failed: Operation cancelled'), undefined, 'was not given the passphrase'],
    [said('signing failed: Bad passphrase'), undefined, 'was given a wrong passphrase'],
    [
      said('signing failed: Inappropriate ioctl for device'),
      undefined,
      'has no way to ask for the passphrase',
    ],
    [said('signing failed: No pinentry'), undefined, 'has no way to ask for the passphrase'],
    [said('signing failed: Timeout'), undefined, 'waited too long for the passphrase'],
    [said('signing failed: Card removed'), undefined, "can't reach the smart card"],
  ])('translates %j', (stderr, validity, outcome) => {
    const explained = explainGpg({ stderr, exitCode: 2, signer: 'alice', validity });
    expect(explained.outcome).toBe(outcome);
    expect(explained.hint).toBeTruthy();
  });

  it('says what it does not know as it is', () => {
    const explained = explainGpg({
      stderr: said('a', 'the sky fell'),
      exitCode: 2,
      signer: 'x',
      validity: undefined,
    });
    expect(explained).toEqual({ outcome: 'says: the sky fell', hint: undefined });
    expect(explainGpg({ stderr: '', exitCode: 3, signer: 'x', validity: undefined }).outcome).toBe(
      'exited with 3',
    );
  });
});
