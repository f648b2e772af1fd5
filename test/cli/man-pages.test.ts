import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../../src/cli/version.js';
import { commandNames, executable, project, runProgram } from '../support/commands.js';

const folder = join(project, 'share/man');
const pages = readdirSync(folder);
const sections = [
  'NAME',
  'SYNOPSIS',
  'DESCRIPTION',
  'ENVIRONMENT',
  'FILES',
  'EXIT STATUS',
  'EXAMPLES',
  'SEE ALSO',
];

const read = (page: string): string => readFileSync(join(folder, page), 'utf8');

/** A line of source as a reader sees it, as far as names go: macros, quotes, fonts and escapes are gone. */
function rendered(line: string): string {
  const [, macro = '', rest = ''] = /^\.([A-Z]+) +(.*)$/.exec(line) ?? ['', '', line];
  const words =
    macro === '' ? [rest] : [...rest.matchAll(/"([^"]*)"|[^ "]+/g)].map(([all, quoted]) => quoted ?? all);
  // A macro that alternates between two fonts joins its words; the others keep them apart.
  return words
    .join(/^[BIR]{2}$/.test(macro) ? '' : ' ')
    .replace(/\\f[A-Z]/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\[u2026]', '…');
}

/** The flags that a page explains: the tags of its section OPTIONS, as `-q, --quiet`. */
function explainedOptions(page: string): string[] {
  const options =
    read(page)
      .split(/^\.SH OPTIONS\n/m)[1]
      ?.split(/^\.SH /m)[0] ?? '';
  return [...options.matchAll(/^\.T[PQ].*\n(.+)$/gm)].map(([, tag = '']) => rendered(tag));
}

/** The flags that `--help` lists. */
function listedOptions(help: string): string[] {
  return [...help.matchAll(/^ {2}(-.*?)(?: {2,}|$)/gm)].map(([, flags = '']) => flags);
}

describe.each(commandNames)('%s.1', (name) => {
  const page = `${name}.1`;

  it('is there, with the name and version it has', () => {
    const [title = ''] = read(page).split('\n');
    expect(rendered(title)).toMatch(
      new RegExp(`^${name.toUpperCase()} 1 .*gitian ${version.replaceAll('.', '\\.')} `),
    );
  });

  it('explains the options that --help lists, and no others', () => {
    const { exitCode, stdout } = runProgram(executable(name), ['--help']);
    expect(exitCode).toBe(0);
    expect(listedOptions(stdout)).toContain('-h, --help');
    expect(explainedOptions(page).sort()).toEqual(listedOptions(stdout).sort());
  });

  it('has every section', () => {
    const present = [...read(page).matchAll(/^\.SH "?([^"\n]+)"?$/gm)].map(([, title = '']) => title);
    expect(present).toEqual(expect.arrayContaining(sections));
  });
});

describe.each(pages)('%s', (page) => {
  it('refers to pages that exist', () => {
    const [, seeAlso = ''] = read(page).split(/^\.SH "?SEE ALSO"?\n/m);
    const own = [...commandNames, 'gitian-descriptor'] as string[];
    const references = [...seeAlso.matchAll(/^\.BR (\S+) \((\d)\)/gm)].map(([, name = '', section = '']) => ({
      name: rendered(name),
      section,
    }));
    expect(references.length).toBeGreaterThan(0);
    for (const { name, section } of references) {
      if (own.includes(name)) expect(pages).toContain(`${name}.${section}`);
    }
  });

  it('names nothing that begins with a plain hyphen in its tags', () => {
    // A plain hyphen may be shown as another character, which can't be pasted into a shell.
    expect(read(page)).not.toMatch(/^\.(?:B|BI|BR|I|IR|EX)\b.*(?<![\\\w])--?\w/m);
  });
});

const hasMan = spawnSync('man', ['--version']).status === 0;
describe.skipIf(!hasMan)('man (needs man-db)', () => {
  it.each(pages)('formats %s without a warning', (page) => {
    const { exitCode, stdout, stderr } = runProgram(
      'man',
      ['--warnings=w', '--local-file', join(folder, page)],
      {
        env: { LC_ALL: 'C.UTF-8', MANWIDTH: '80', MANROFFOPT: '-ww' },
      },
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('SEE ALSO');
    // No line is cut off or too wide for a terminal.
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});

// Of a tarball npm links the pages that are named, and none of a folder of them.
it('package.json names every page', () => {
  const { man } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { man?: string[] };
  expect(man?.toSorted()).toEqual(pages.map((page) => `share/man/${page}`).sort());
});
