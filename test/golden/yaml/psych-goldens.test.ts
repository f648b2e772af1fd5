import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/yaml/read.js';
import { isMap } from '../../../src/yaml/value.js';
import { writeYaml } from '../../../src/yaml/write.js';
import { corpus, gpgVerdicts, hasCorpus } from '../../support/corpus.js';

const reason = hasCorpus ? '' : ' (the corpus is absent)';

describe.skipIf(!hasCorpus)(`the corpus${reason}`, () => {
  const goldens = hasCorpus
    ? readdirSync(join(corpus, 'psych-goldens')).filter((name) => name.endsWith('.assert'))
    : [];

  it('has 68 files of Psych', () => {
    expect(goldens).toHaveLength(68);
  });

  it.each(goldens)('psych-goldens/%s is read and written back byte for byte', (name) => {
    const bytes = readFileSync(join(corpus, 'psych-goldens', name));
    const { value, warnings } = readYaml(bytes, name);
    expect(warnings).toEqual([]);
    expect(isMap(value) && writeYaml(value)).toBe(bytes.toString('utf8'));
  });

  it('has 104 assertions, of which none is an error page or empty: all are read', () => {
    const read = gpgVerdicts().map(({ path }) => {
      const { value } = readYaml(readFileSync(path), path);
      return isMap(value) ? [...value.keys()].slice(0, 3) : value;
    });
    expect(read).toEqual(Array(104).fill(['out_manifest', 'in_manifest', 'base_manifests']));
  });

  it('has assertions in an older dialect, which mean the same when they are written anew', () => {
    const older = gpgVerdicts()
      .map(({ path }) => readFileSync(path))
      .filter((bytes) => bytes.toString('utf8').startsWith('--- !omap'));
    expect(older).toHaveLength(29);
    for (const bytes of older) {
      const { value } = readYaml(bytes, 'old');
      if (!isMap(value)) throw new Error('no map');
      const again = readYaml(Buffer.from(writeYaml(value)), 'new').value;
      expect(again).toEqual(value);
      expect(isMap(again) && [...again.keys()]).toEqual([...value.keys()]);
    }
  });
});
