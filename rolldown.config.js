import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

/**
 * What the commands run from. Node takes about a millisecond to find and load each module, and gbuild has four hundred with
 * its packages'; those of CommonJS it loads in half the time.
 */
export default defineConfig({
  input: {
    main: 'src/cli/main.ts',
    'hash-thread': 'src/core/files/hash-thread.ts',
    'repository-worker': 'src/verify/repository/repository-worker.ts',
  },
  platform: 'node',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  transform: { target: 'node20.19' },
  // Large, loaded by few, and ssh2 and openpgp look for optional parts of their own.
  external: ['@xmldom/xmldom', 'openpgp', 'ssh2', 'xpath'],
  output: {
    dir: 'dist/bundle',
    cleanDir: true,
    format: 'cjs',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    comments: { legal: true, annotation: false, jsdoc: false },
  },
  // Comments with each module's path differ with where node_modules lies.
  experimental: { attachDebugInfo: 'none' },
  plugins: [companions()],
});

/** The licences of the packages that are in the bundle, beside it, and which kind of modules it has. */
function companions() {
  return {
    name: 'companions',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => chunk.moduleIds ?? []);
      const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
      const texts = [...new Set(folders)].map(licenceOf).sort();
      this.emitFile({ type: 'asset', fileName: 'LICENCES.txt', source: texts.join('\n\n') });
      this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
    },
  };
}

function licenceOf(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence to go with the bundle`);
  return `== ${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8')}`;
}
