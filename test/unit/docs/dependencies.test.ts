import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project } from '../../support/commands.js';

const page = readFileSync(join(project, 'docs/dependencies.md'), 'utf8');

/** The cells of each row of the table under a heading. */
function table(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) => row);
  return rows.slice(2).map((row) => row.split(' | ').map((cell) => cell.trim()));
}

/** The packages named in the first column of the table under a heading. */
function listed(heading: string): string[] {
  return table(heading).flatMap(([cell = '']) => cell.replaceAll('\\', '').split(', '));
}

const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** A package of the lock file, by where it is installed. */
interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lockText = readFileSync(join(project, 'package-lock.json'), 'utf8');
const { '': _self, ...locked } = (JSON.parse(lockText) as { packages: Record<string, Locked> }).packages;
const entries = Object.entries(locked);

/** Where a package that `from` asks for is installed: beside it, or further up. */
function placeOf(name: string, from: string): string {
  const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (place in locked || from === '') return place;
  return placeOf(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))));
}

/** Everything that the package at `place` brings, itself excepted. */
function brought(place: string, found = new Set<string>()): Set<string> {
  const { dependencies, optionalDependencies } = locked[place] ?? {};
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const needed = placeOf(name, place);
    if (found.has(needed)) continue;
    found.add(needed);
    brought(needed, found);
  }
  return found;
}

describe('docs/dependencies.md', () => {
  it('lists what package.json needs at run time', () => {
    expect(listed('At run time').sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  it('lists what package.json needs for development', () => {
    expect(listed('For development').sort()).toEqual(Object.keys(manifest.devDependencies).sort());
  });

  it('says how many packages each brings', () => {
    const [, sentence = ''] = /^Of ours, (.*); the others none\.$/m.exec(page) ?? [];
    const said = sentence.split(/(?<=\d)(?: each)?, | each$/).flatMap((part) => {
      const [, names = '', count] = /^(.*?)(?: brings)? (\d+)$/.exec(part) ?? [];
      return names.split(/, | and /).map((name) => [name, Number(count)] as const);
    });
    const counted = Object.keys(manifest.dependencies).map((name) => [name, brought(placeOf(name, '')).size]);
    expect(Object.fromEntries(said.filter(([name]) => name !== ''))).toEqual(
      Object.fromEntries(counted.filter(([, size]) => size !== 0)),
    );
  });

  it('says how many there are in all', () => {
    const own = Object.keys(manifest.dependencies).length;
    const atRunTime = entries.filter(([, { dev }]) => dev !== true).length;
    const sentence = `${String(own)} packages of our choice, ${String(atRunTime)} with what they bring; ${String(entries.length)} with the tools of development.`;
    expect(page).toContain(sentence);
  });
});

describe('known weaknesses', () => {
  const weaknesses = table('Known weaknesses');

  it('are of packages that are used', () => {
    const names = entries.map(([place]) => place.slice(place.lastIndexOf('node_modules/') + 13));
    expect(weaknesses.length).toBeGreaterThan(5);
    expect(weaknesses.filter(([name = '']) => !names.includes(name))).toEqual([]);
  });

  it.each(weaknesses)('of %s (%s) are mended in the lock file: %s or later', (name = '', _, mended = '') => {
    const { version } = locked[`node_modules/${name}`] ?? { version: '' };
    const isOlder = version.localeCompare(mended, 'en', { numeric: true }) < 0;
    expect({ version, isOlder }).toEqual({ version, isOlder: false });
  });
});

describe('package-lock.json', () => {
  it('holds a SHA-512 of every package', () => {
    const without = entries.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true);
    expect(without).toEqual([]);
    expect(entries.length).toBeGreaterThan(100);
  });

  it('names no address', () => {
    expect(lockText).not.toMatch(/"resolved"|"link"|\bgit\+|\.tgz/);
  });

  it('lets in no install script of a package that is not known to do without', () => {
    const scripts = entries.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(scripts.map(([place]) => place)).toEqual(['node_modules/cpu-features', 'node_modules/ssh2']);
  });
});
