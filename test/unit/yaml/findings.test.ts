import { describe, expect, it } from 'vitest';
import { readAssertion } from '../../../src/assertion/read.js';
import type { GitianError } from '../../../src/core/errors/gitian-error.js';
import { readConfiguration } from '../../../src/updater/read-configuration.js';
import { readSigners } from '../../../src/verify/signers-file.js';
import { Findings, placeIn } from '../../../src/yaml/findings.js';

const many = 5000;
const repeated = (line: (index: number) => string): string =>
  Array.from({ length: many }, (_, i) => line(i)).join('');

describe('Findings', () => {
  it('tells them in the order of the file, and last what is nowhere', () => {
    const findings = new Findings(placeIn('x.yml'));
    for (const [place, text] of [
      [undefined, 'name is missing'],
      [{ line: 2, column: 9 }, 'late'],
      [{ line: 2, column: 1 }, 'early'],
      [undefined, 'release is missing'],
      [{ line: 1, column: 30 }, 'first'],
    ] as const)
      findings.add(() => ({ place, text }));
    expect(findings.told()).toEqual([
      'x.yml:1:30: first',
      'x.yml:2:1: early',
      'x.yml:2:9: late',
      'name is missing',
      'release is missing',
    ]);
  });

  it('looks for no more places than anybody reads', () => {
    const findings = new Findings(placeIn('x.yml'));
    let looked = 0;
    for (let line = 1; line <= many; line += 1)
      findings.add(() => {
        looked += 1;
        return { place: { line, column: 1 }, text: 'wrong' };
      });
    expect([looked, findings.count, findings.told().length, findings.told().at(-1)]).toEqual([
      50,
      many,
      51,
      `and ${String(many - 50)} more`,
    ]);
  });

  it.each<[string, (bytes: Buffer) => unknown, string]>([
    ['a list of signers', (bytes) => readSigners(bytes, 'x.yml'), repeated((i) => `s${String(i)}: none\n`)],
    ['a key of one', (bytes) => readSigners(bytes, 'x.yml'), `a: [${repeated(() => 'none, ')}none]\n`],
    [
      "an assertion's maps",
      (bytes) => readAssertion(bytes, 'x.assert'),
      `--- !!omap\n- base_manifests: !!omap\n${repeated((i) => `  - m${String(i)}: 1\n`)}`,
    ],
    [
      "the updater's configuration",
      (bytes) => readConfiguration(bytes, 'x.yml'),
      `urls:\n${repeated(() => '- url: none\n')}`,
    ],
  ])('tells in part what is wrong everywhere: %s', async (_, read, text) => {
    const error = await Promise.resolve()
      .then(() => read(Buffer.from(text)))
      .catch((thrown: unknown) => thrown);
    const { lines } = error as GitianError;
    expect([lines.length, lines.at(-1)]).toEqual([51, expect.stringMatching(/^ *and \d+ more$/)]);
  });
});
