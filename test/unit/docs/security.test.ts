import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project } from '../../support/commands.js';
import { testTitles } from '../../support/test-titles.js';

/** A test that a page names: its file or folder, and what stands in titles of it. */
interface NamedTest {
  readonly file: string;
  readonly titles: readonly string[];
}

const textOf = (path: string): string => readFileSync(join(project, path), 'utf8');

function namedTests(page: string): NamedTest[] {
  return [...page.matchAll(/`(test\/[^` ]+(?:\.test\.ts|\/))`((?:,? "[^"]+")*)/g)].map(
    ([, file = '', quoted = '']) => ({
      file,
      titles: [...quoted.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
    }),
  );
}

/** Those of the quoted titles that are none of the file's. */
function strangers({ file, titles }: NamedTest): readonly string[] {
  if (titles.length === 0) return [];
  const known = testTitles(textOf(file));
  return titles.filter((title) => !known.some((one) => one.includes(title)));
}

describe.each(['SECURITY.md', 'docs/robustness.md'])('%s', (page) => {
  it('names tests that are there, by words of their titles', () => {
    const named = namedTests(textOf(page));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ file }) => !existsSync(join(project, file)))).toEqual([]);
    expect(named.flatMap((one) => strangers(one).map((title) => `${one.file} "${title}"`))).toEqual([]);
  });
});

describe('what a page is held against', () => {
  it('is every title that follows a file', () => {
    const page = '| `test/a/` | `test/b.test.ts` "one", "the \'other\'", `test/c.test.ts`, and "no title" |';
    expect(namedTests(page)).toEqual([
      { file: 'test/a/', titles: [] },
      { file: 'test/b.test.ts', titles: ['one', "the 'other'"] },
      { file: 'test/c.test.ts', titles: [] },
    ]);
  });

  it('is what tests are called, and nothing else of their file', () => {
    const file = `
      // a comment
      import { it } from 'a module';
      const rows = [['a row', 'its value'], { title: 'an object', value: 'of another key' }] as const;
      const entries = { 'a key': 'its text' };
      describe.skipIf(word === 'a condition')('a group', () => {
        it("isn't nothing", () => { expect('a value').toBe(run('a call')); });
        it.skipIf(no).each([...rows, 'a word'].filter(some))('%s in a table', () => undefined);
        it.each(Object.entries({ ...entries, more: 'text' }))(\`with \${more}\`, () => undefined);
        fuzz('a parser', { read });
      });`;
    expect([...testTitles(file)].sort()).toEqual(
      [
        ...['a group', "isn't nothing", '%s in a table', 'a row', 'an object', 'a word'],
        ...['a key', 'more', 'with ${more}', 'a parser'],
      ].sort(),
    );
  });

  it('tells a title that was made up, also behind one that is there', () => {
    const file = 'test/unit/docs/security.test.ts';
    const titles = ['is every title that follows', 'namedTests', 'made up, also behind one', 'whatever'];
    expect(strangers({ file, titles })).toEqual(['namedTests', 'whatever']);
  });
});

it('every promise of SECURITY.md names a test', () => {
  const promises = textOf('SECURITY.md').split('\n## Promises\n')[1]?.split('\n## ')[0] ?? '';
  const rows = promises.split('\n').filter((line) => /^\| (?!-+ |it can't|what can't|what holds)/.test(line));
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter((row) => !row.includes('`test/'))).toEqual([]);
});
