import { isDeepStrictEqual } from 'node:util';
import { describe } from 'vitest';
import { readAssertion, readReport } from '../../src/assertion/read.js';
import { inputManifest, manifestEntries, strangeLines } from '../../src/assertion/manifest.js';
import { validateDescriptor } from '../../src/descriptor/validate.js';
import { readConfiguration } from '../../src/updater/read-configuration.js';
import { readSigners } from '../../src/verify/signers-file.js';
import { readQuickly } from '../../src/yaml/read-quickly.js';
import { readYaml } from '../../src/yaml/read.js';
import { assertions, configurations, descriptors, signerLists, yamlPieces } from './support/text-seeds.js';
import { fuzz } from './support/fuzz.js';

const keys = (names: string): string[] => names.split(' ').map((name) => `${name}: `);

describe('files that are written in YAML', () => {
  fuzz('YAML', {
    seeds: [...descriptors, ...assertions, ...configurations],
    pieces: yamlPieces,
    weight: 2,
    read: (bytes) => {
      // What is read in a hurry is what is read with care.
      const quick = readQuickly(bytes, 'x');
      const document = readYaml(bytes, 'x');
      document.place(['out_manifest', 0]);
      if (quick !== undefined && !isDeepStrictEqual(quick, document.value))
        throw new Error('two readings differ');
    },
  });

  fuzz('YAML in the forms of assertions', {
    seeds: assertions.map((assertion) => assertion.subarray(0, 2000)),
    pieces: [
      '--- !!omap\n',
      '- a: |\n',
      '    b\n',
      "'",
      "\n\n    '",
      '- ',
      ' |-\n',
      '!omap \n',
      '  - c: |\n',
      "! '",
      '\n',
    ],
    read: (bytes) => {
      const quick = readQuickly(bytes, 'x');
      if (quick !== undefined && !isDeepStrictEqual(quick, readYaml(bytes, 'x').value))
        throw new Error('two readings differ');
    },
  });

  fuzz('descriptors', {
    seeds: descriptors,
    pieces: [
      ...yamlPieces,
      ...keys('name suites architectures distro packages remotes url commit dir files script'),
    ],
    read: (bytes) => validateDescriptor(readYaml(bytes, 'x.yml'), 'x.yml'),
  });

  fuzz('assertions', {
    seeds: assertions,
    pieces: [...yamlPieces, ...keys('out_manifest in_manifest base_manifests release name optionals')],
    read: async (bytes) => {
      await readAssertion(bytes, 'x.assert');
      await readReport(bytes, 'x-res.yml');
    },
  });

  fuzz('manifests', {
    seeds: assertions,
    pieces: ['a'.repeat(64), '  ', 'git:', 'b'.repeat(40), ' ', '\n', 'x-desc.yml', '\r'],
    read: (bytes) => {
      const text = bytes.toString('utf8');
      manifestEntries(text);
      strangeLines(text);
      inputManifest(text);
    },
  });

  fuzz("the updater's configurations", {
    seeds: configurations,
    pieces: [
      ...yamlPieces,
      ...keys('name urls url version_url rss xpath pattern signers weight key minimum_weight'),
    ],
    read: (bytes) => readConfiguration(bytes, 'x.yml'),
  });

  fuzz('lists of signers', {
    seeds: signerLists,
    pieces: [...yamlPieces, ...keys('keys weight'), 'A'.repeat(40)],
    read: (bytes) => readSigners(bytes, 'x.yml'),
  });
});
