import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertionToYaml } from '../../../src/assertion/assertion.js';
import { manifestEntries, strangeLines } from '../../../src/assertion/manifest.js';
import { readAssertion, readReport } from '../../../src/assertion/read.js';
import { corpus, gpgVerdicts, hasCorpus } from '../../support/corpus.js';

describe.skipIf(!hasCorpus)('real assertions (needs the corpus)', () => {
  const goldens = hasCorpus
    ? readdirSync(join(corpus, 'psych-goldens')).filter((name) => name.endsWith('.assert'))
    : [];
  const golden = (name: string): Buffer => readFileSync(join(corpus, 'psych-goldens', name));

  it('reads the report of every golden, and nothing but entries in their manifests', async () => {
    expect(goldens).toHaveLength(68);
    for (const name of goldens) {
      const report = await readReport(golden(name), name);
      expect(manifestEntries(report.outManifest).length, name).toBeGreaterThan(0);
      for (const manifest of [
        report.cacheCommonManifest,
        report.cachePackageManifest,
        ...report.baseManifests.values(),
      ]) {
        expect(strangeLines(manifest), name).toEqual([]);
      }
    }
  });

  it('writes every complete golden back byte for byte', async () => {
    const complete = goldens.filter((name) => /^- optionals:/m.test(golden(name).toString()));
    expect(complete).toHaveLength(59);
    for (const name of complete) {
      const bytes = golden(name);
      expect(assertionToYaml(await readAssertion(bytes, name)), name).toBe(bytes.toString());
    }
  });

  it('reads all assertions of three projects', async () => {
    for (const { path, file } of gpgVerdicts()) {
      const assertion = await readAssertion(readFileSync(path), path);
      expect(`${assertion.name}-build.assert`).toBe(file);
      expect(manifestEntries(assertion.outManifest).length).toBeGreaterThan(0);
    }
  });
});
