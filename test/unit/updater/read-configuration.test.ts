import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GitianError } from '../../../src/core/errors/gitian-error.js';
import { defaultMaximumSize } from '../../../src/updater/configuration.js';
import { readConfiguration } from '../../../src/updater/read-configuration.js';

const fingerprint = '0123456789ABCDEF0123456789ABCDEF01234567';
const read = (text: string): ReturnType<typeof readConfiguration> =>
  readConfiguration(Buffer.from(text), 'c.yml');

describe('readConfiguration', () => {
  it('reads everything', () => {
    const { configuration, warnings } = read(`---
name: foo
waiting_period: 1.5
maximum_size: 100
urls:
- url: https://example.org/foo.zip
  version_url: https://example.org/foo.ver
- url: file:///srv/foo.zip
rss:
- url: https://example.org/foo.rss
  xpath: //item/link/text()
  pattern: foo-(?P<release>\\d+.\\d+.\\d+)-linux.zip
signers:
  0123 4567 89ab cdef 0123  4567 89AB CDEF 0123 4567:
    weight: 40
    name: Somebody
    key: somebody
    keyid: 89abcdef01234567
minimum_weight: 30
`);
    expect(warnings).toEqual([]);
    expect(configuration).toEqual({
      name: 'foo',
      waitingPeriod: 1.5,
      maximumSize: 100 * 1024 ** 2,
      urls: [
        { url: 'https://example.org/foo.zip', versionUrl: 'https://example.org/foo.ver' },
        { url: 'file:///srv/foo.zip', versionUrl: undefined },
      ],
      rss: [
        {
          url: 'https://example.org/foo.rss',
          xpath: '//item/link/text()',
          pattern: /foo-(?<release>\d+.\d+.\d+)-linux.zip/,
        },
      ],
      signers: [{ fingerprint, weight: 40, name: 'Somebody', key: 'somebody', keyId: '89ABCDEF01234567' }],
      minimumWeight: 30,
    });
  });

  it('needs signers and a minimum weight only', () => {
    const { configuration } = read(`signers: {${fingerprint}: {weight: 1, key: k}}\nminimum_weight: 1\n`);
    expect(configuration).toMatchObject({ name: undefined, urls: [], rss: [], waitingPeriod: 0 });
    expect(configuration.maximumSize).toBe(defaultMaximumSize);
    expect(configuration.signers[0]?.name).toBe(fingerprint);
  });

  it('reads the sample that comes with it', () => {
    const sample = readFileSync(join(import.meta.dirname, '../../../share/gitian-updater.yml'));
    const { configuration, warnings } = readConfiguration(sample, 'gitian-updater.yml');
    expect(warnings).toEqual([]);
    expect(configuration.signers).toHaveLength(3);
    expect(configuration.rss).toHaveLength(1);
  });

  it('warns of what it does not know', () => {
    const { warnings } = read(
      `signers: {${fingerprint}: {weight: 1, key: k, wait: 3}}\nminimum_weight: 1\nminimal_weight: 100\n`,
    );
    expect(warnings).toEqual([
      'c.yml:1:73: the key "wait" is not known, and ignored',
      'c.yml:3:1: the key "minimal_weight" is not known, and ignored: did you mean "minimum_weight"?',
    ]);
  });

  it.each([
    [
      `signers: {${fingerprint}: {weight: 1, key: k}}\nmimimum_weight: 2\n`,
      'c.yml:1:1: minimum_weight: is missing: expected a whole number of at least 1',
      ['c.yml:2:1: the key "mimimum_weight" is not known, and ignored: did you mean "minimum_weight"?'],
    ],
    [
      `signers: {${fingerprint}: {wieght: 1, Key: k}}\nminimum_weight: 2\nminimum_weight: 1\n`,
      'c.yml has 2 problems:',
      [
        `c.yml:1:53: signers.${fingerprint}.weight: is missing: expected a whole number of at least 1`,
        `c.yml:1:53: signers.${fingerprint}.key: is missing: expected a file name without "-key.pgp"`,
        'c.yml:3:1: the key "minimum_weight" is here again, and the last one counts',
        'c.yml:1:54: the key "wieght" is not known, and ignored: did you mean "weight"?',
        'c.yml:1:65: the key "Key" is not known, and ignored: did you mean "key"?',
      ],
    ],
  ])('tells what is missing with what may be misspelt: %j', (text, message, lines) => {
    let thrown: unknown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    const { message: told, lines: below } = thrown as GitianError;
    expect([told, below]).toEqual([message, lines]);
  });

  it.each([
    ['', /./],
    ['[]', /^c\.yml:1:1: expected a map with the keys name, urls, .*, not an empty list$/],
    ['signers: 1\nminimum_weight: 1', /signers: expected a map of fingerprints, not 1/],
    ['minimum_weight: 1', /signers: is missing: expected a map of fingerprints/],
    ['signers: {}\nminimum_weight: 1', /signers: expected at least one fingerprint$/],
    [
      `signers: {${fingerprint}: }\nminimum_weight: 1`,
      /signers\.[0-9A-F]+: is empty: expected a map with the keys weight, name, key, keyid$/,
    ],
    [
      `signers: {${fingerprint}: {weight: 1.5, key: k}}\nminimum_weight: 1`,
      /weight: expected a whole number of at least 1, not 1.5$/,
    ],
    [`signers: {${fingerprint}: {weight: 1}}\nminimum_weight: 1`, /key: is missing: expected a file name/],
    [
      `signers: {${fingerprint}: {weight: 1, key: k}, ${fingerprint.toLowerCase()}: {weight: 1, key: k}}\nminimum_weight: 1`,
      /is there twice/,
    ],
    [
      `signers: {${fingerprint}: {weight: 1, key: k, keyid: 01234567}}\nminimum_weight: 1`,
      /keyid: expected the last 16 digits of a fingerprint, or all of it, not "01234567"$/,
    ],
    [
      `urls: x\nsigners: {${fingerprint}: {weight: 1, key: k}}\nminimum_weight: 1`,
      /urls: expected a list, not "x"/,
    ],
    [
      `waiting_period: soon\nsigners: {${fingerprint}: {weight: 1, key: k}}\nminimum_weight: 1`,
      /waiting_period: expected a number of at least 0 and at most 100000, not "soon"/,
    ],
    [
      `waiting_period: 100001\nsigners: {${fingerprint}: {weight: 1, key: k}}\nminimum_weight: 1`,
      /waiting_period: expected a number of at least 0 and at most 100000, not 100001/,
    ],
    [
      `rss: [{url: 'http://a', xpath: x, pattern: '('}]\nsigners: {${fingerprint}: {weight: 1, key: k}}\nminimum_weight: 1`,
      /pattern: expected a regular expression, not "\("/,
    ],
    [
      `urls: [{url: 'file://host/x'}]\nsigners: {${fingerprint}: {weight: 1, key: k}}\nminimum_weight: 1`,
      /urls\[0\]\.url: "file:\/\/host\/x" names another host/,
    ],
  ])('refuses %j', (text, says) => {
    expect(() => read(text)).toThrow(says);
  });
});
