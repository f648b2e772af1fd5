import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const project = join(import.meta.dirname, '../../..');
const page = readFileSync(join(project, 'docs/dependencies.md'), 'utf8');

/** The packages named in the first column of the table under a heading. */
function listed(heading: string): string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, cell = '']) => cell);
  return rows.slice(2).flatMap((cell) => cell.replaceAll('\\', '').split(', '));
}

const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

it('docs/dependencies.md lists what package.json needs at run time', () => {
  expect(listed('At run time').sort()).toEqual(Object.keys(manifest.dependencies).sort());
});

it('docs/dependencies.md lists what package.json needs for development', () => {
  expect(listed('For development').sort()).toEqual(Object.keys(manifest.devDependencies).sort());
});
