import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertionToYaml, type Assertion } from '../../../src/assertion/assertion.js';
import { readAssertion, readReport } from '../../../src/assertion/read.js';
import { reportToYaml } from '../../../src/assertion/report.js';
import type { GitianError } from '../../../src/core/errors/gitian-error.js';

const hash = 'a'.repeat(64);

const assertion: Assertion = {
  outManifest: `${hash}  hello\n`,
  inManifest: `${hash}  hello-desc.yml\ngit:${'1'.repeat(40)} hello`,
  baseManifests: new Map([['bookworm-amd64', `${hash}  gcc_4%3a12.2.0-3_amd64.deb\n`]]),
  cacheCommonManifest: '',
  cachePackageManifest: `${hash}  a\n${hash}  b\n`,
  release: '1.0',
  name: 'hello',
  type: 'build',
  optionals: [],
};

async function problemsOf(text: string): Promise<readonly string[]> {
  try {
    await readAssertion(Buffer.from(text), 'x.assert');
    return [];
  } catch (error) {
    const { message, lines } = error as GitianError;
    return lines.length > 0 ? lines.map((line) => line.trim()) : [message];
  }
}

describe('readAssertion', () => {
  it('reads what assertionToYaml writes', async () => {
    expect(await readAssertion(Buffer.from(assertionToYaml(assertion)), 'x')).toEqual(assertion);
  });

  it('reads and writes any texts', async () => {
    const text = fc.string({ unit: 'grapheme' });
    const line = fc.stringMatching(/^[0-9a-f]{64} {2}[\w./ -]*\w$/);
    const manifest = fc.array(line).map((lines) => lines.map((each) => `${each}\n`).join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          outManifest: manifest,
          inManifest: text,
          baseManifests: fc
            .dictionary(fc.stringMatching(/^\w+-\w+$/), text)
            .map((all) => new Map(Object.entries(all))),
          cacheCommonManifest: text,
          cachePackageManifest: text,
          release: text,
          name: text,
          type: text,
          optionals: fc.array(text),
        }),
        async (any) => {
          expect(await readAssertion(Buffer.from(assertionToYaml(any)), 'x')).toEqual(any);
        },
      ),
    );
  });

  it('begins as the report does', async () => {
    expect(assertionToYaml(assertion).startsWith(reportToYaml(assertion))).toBe(true);
    expect(await readReport(Buffer.from(assertionToYaml(assertion)), 'x')).toMatchObject({
      outManifest: `${hash}  hello\n`,
    });
  });

  it('takes an old one, without cache manifests and optionals', async () => {
    const old = `--- !omap \n- out_manifest: |\n    ${hash}  x\n- in_manifest: ''\n- base_manifests: []\n- release: 12\n- name: x\n- type: build\n`;
    expect(await readAssertion(Buffer.from(old), 'x')).toEqual({
      ...{ outManifest: `${hash}  x\n`, inManifest: '', baseManifests: new Map(), cacheCommonManifest: '' },
      ...{ cachePackageManifest: '', release: '12', name: 'x', type: 'build', optionals: [] },
    });
  });

  it('names everything that is wrong, with its line', async () => {
    const broken = [
      '--- !!omap',
      '- out_manifest: |',
      `    ${hash}  x`,
      '    not a hash  y',
      '- in_manifest: [1]',
      '- base_manifests: !!omap',
      '  - bookworm-amd64: 7',
      '- release:',
      '- type: true',
      '- optionals: x',
      '',
    ].join('\n');
    expect(await problemsOf(broken)).toEqual([
      'line 2: line 2 of out_manifest must be a SHA-256, two spaces and a path',
      'line 5: in_manifest must be text, not a list',
      'line 7: base_manifests.bookworm-amd64 must be text, not 7',
      'line 8: release must be text, not empty',
      'line 9: type must be text, not true',
      'line 10: optionals must be a list of texts, not "x"',
      'name is missing',
    ]);
  });

  it.each(['', '--- text\n', '- a\n- b\n', '<html></html>'])('refuses %j', async (text) => {
    expect(await problemsOf(text)).not.toEqual([]);
  });
});
