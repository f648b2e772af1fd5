import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Each third-party package has one owner. */
const owners = {
  execa: ['src/core/processes/process.ts'],
  shlex: ['src/core/processes/program-words.ts'],
  'fastest-levenshtein': ['src/yaml/**'],
  'js-yaml': ['src/yaml/**'],
  ssh2: ['src/target/ssh/**'],
  tar: ['src/target/tar/**'],
  'simple-git': ['src/build/git/**'],
  openpgp: ['src/openpgp/**'],
  commander: ['src/cli/**', 'src/commands/**'],
  'yocto-spinner': ['src/cli/**'],
  yauzl: ['src/zip/**'],
  '@xmldom/xmldom': ['src/updater/feed/**'],
  xpath: ['src/updater/feed/**'],
};

/** Layers from the top to the bottom: a room imports from its own layer and from those below. */
const layers = [
  ['cli', 'commands'],
  ['build', 'base-image', 'signing', 'verify', 'updater', 'canon-zip', 'housekeeping'],
  ['target', 'base-record', 'packages', 'descriptor', 'assertion', 'yaml', 'openpgp', 'zip', 'http'],
  ['core'],
];

/** The import directions and package owners, for files that match a pattern below one room. */
function importRules(pattern) {
  const [, room] = pattern.split('/');
  const above = layers
    .slice(
      0,
      layers.findIndex((layer) => layer.includes(room)),
    )
    .flat();
  const foreign = Object.entries(owners).filter(
    ([, places]) => !places.includes(pattern) && !places.includes(`src/${room}/**`),
  );
  return {
    files: [pattern],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: foreign.map(([name, places]) => ({
            name,
            message: `only ${places.join(', ')} may import it`,
          })),
          patterns: above.map((name) => ({
            group: [`**/${name}/**`],
            message: 'imports go one way: cli, commands → build … → target, yaml … → core',
          })),
        },
      ],
    },
  };
}

/** Whole rooms first, since a later entry replaces an earlier one. */
const patterns = new Set([...layers.flat().map((room) => `src/${room}/**`), ...Object.values(owners).flat()]);

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'quickstart/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      // What is only held until the end of a scope needs a name, but isn't used.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  ...[...patterns].map(importRules),
  {
    files: ['src/**', 'test/support/**'],
    rules: { 'max-params': ['error', 3] },
  },
  {
    files: ['src/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.name=/^mkdir(Sync)?$/] Property[key.name="recursive"]',
          message: 'Node goes on for ever below /proc: makeFolder() of core/make-folder.ts does not',
        },
      ],
    },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: { 'max-lines': 'off' },
  },
  {
    // Their readers want a default export.
    files: ['**/*.config.{js,ts}', 'test/support/closing-line.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: { process: 'readonly', URL: 'readonly', console: 'readonly' } },
  },
  // The commands, which Node starts sooner as CommonJS.
  { files: ['bin/*.js'], languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly' } } },
);
