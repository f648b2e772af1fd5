import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gpgVerdicts, hasCorpus } from '../../support/corpus.js';
import { project } from '../../support/commands.js';

function files(folder: string, ending: string): Buffer[] {
  return readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
}

/** Every tenth real assertion, where the corpus is. */
function corpusAssertions(): Buffer[] {
  if (!hasCorpus) return [];
  return gpgVerdicts()
    .filter((_, index) => index % 10 === 0)
    .map(({ path }) => readFileSync(path));
}

const sum = 'a'.repeat(64);

const written = [
  `--- !!omap\n- out_manifest: |\n    ${sum}  a\n    ${sum}  b/c\n- in_manifest: |\n    ${sum}  x-desc.yml\n    git:${'b'.repeat(40)} repo\n- base_manifests: !!omap\n  - bookworm-amd64: |\n      ${sum}  adduser_3.134_all.deb\n- cache_common_manifest: ''\n- cache_package_manifest: ''\n- release: '1.0'\n- name: x\n- type: build\n- optionals:\n`,
  `--- !!omap\n- out_manifest: '${sum}  a\n\n    '\n- in_manifest: '${sum}  x-desc.yml\n\n    '\n- base_manifests: !!omap\n  - bookworm-amd64: '${sum}  adduser_3.134_all.deb\n\n      '\n- cache_common_manifest: ''\n- cache_package_manifest: ''\n- release: 1.0\n- name: x\n- type: build\n- optionals:\n  - b\n`,
];

/** Assertions as this tool, the original and other people wrote them. */
export const assertions: readonly Buffer[] = [
  ...written.map((text) => Buffer.from(text)),
  ...corpusAssertions(),
];

/** Descriptors. */
export const descriptors: readonly Buffer[] = files('share/examples', '.yml');

/** Configurations of the updater. */
export const configurations: readonly Buffer[] = files('share', 'updater.yml');

/** Lists of signers. */
export const signerLists: readonly Buffer[] = [
  `a: ${'A'.repeat(40)}\nb:\n- ${'B'.repeat(40)}\n- ${'C'.repeat(40)}\nc:\n  keys: ['${'D'.repeat(40)}']\n  weight: 2\n`,
].map((text) => Buffer.from(text));

/** What means something to a reader of YAML. */
export const yamlPieces: readonly string[] = [
  ...['---\n', '...\n', '- ', '? ', ': ', '\n', '  ', '    ', '\t', '#', ' #', '|\n', '>\n', '|-\n', '>+2\n'],
  ...[
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    '&a ',
    '*a',
    '<<: ',
    '!!omap',
    '!!str ',
    '!!binary ',
    '! ',
    '!ruby/object:X ',
  ],
  ...[
    'null',
    '~',
    'yes',
    '0x1f',
    '08',
    '1_0',
    '1e999',
    '.inf',
    '.nan',
    '2020-01-01',
    '12:34:56',
    '\\x',
    '\\u',
    '\0',
  ],
  ...['\ufeff', '\u0085', '\u2028', '__proto__: ', 'constructor: ', 'toString: ', '%YAML 1.1\n', '&a [*a]\n'],
];
