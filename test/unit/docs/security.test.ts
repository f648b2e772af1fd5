import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project } from '../../support/commands.js';

/** A test that a page names: its file or folder, and what stands in its title. */
interface NamedTest {
  readonly file: string;
  readonly title: string | undefined;
}

function namedTests(page: string): NamedTest[] {
  const text = readFileSync(join(project, page), 'utf8');
  return [...text.matchAll(/`(test\/[^` ]+(?:\.test\.ts|\/))`(?: "([^"]+)")?/g)].map(
    ([, file = '', title]) => ({
      file,
      title,
    }),
  );
}

describe.each(['SECURITY.md', 'docs/robustness.md'])('%s', (page) => {
  it('names tests that are there, by words of their titles', () => {
    const named = namedTests(page);
    const wrong = named.filter(({ file, title }) => {
      const path = join(project, file);
      return !existsSync(path) || (title !== undefined && !readFileSync(path, 'utf8').includes(title));
    });
    expect(named.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });
});

it('every promise of SECURITY.md names a test', () => {
  const promises =
    readFileSync(join(project, 'SECURITY.md'), 'utf8').split('\n## Promises\n')[1]?.split('\n## ')[0] ?? '';
  const rows = promises.split('\n').filter((line) => /^\| (?!-+ |it can't|what can't|what holds)/.test(line));
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter((row) => !row.includes('`test/'))).toEqual([]);
});
