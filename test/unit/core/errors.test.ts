import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/core/errors/catalogue.js';
import { failure, GitianError, isFailure } from '../../../src/core/errors/gitian-error.js';
import { Interrupted } from '../../../src/core/errors/interrupted.js';

const folder = join(import.meta.dirname, '../../../src/core/errors');

/** Every `…Errors` table that a file of the folder exports. */
async function rooms(): Promise<{ file: string; codes: string[] }[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'catalogue.ts');
  const found = await Promise.all(
    files.map(async (file) => {
      const exported = (await import(join(folder, file))) as Record<string, unknown>;
      return Object.entries(exported)
        .filter(([name]) => name.endsWith('Errors') && name !== 'defineErrors')
        .map(([, table]) => ({ file, codes: Object.keys(table as object) }));
    }),
  );
  return found.flat();
}

describe('the catalogue', () => {
  it('has the codes of every room, and none of them twice', async () => {
    const codes = (await rooms()).flatMap((room) => room.codes);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect([...codes].sort()).toEqual(Object.keys(catalogue).sort());
  });

  it('has codes in kebab-case and exit codes 1 and 2', () => {
    for (const [code, entry] of Object.entries(catalogue)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect([1, 2]).toContain(entry.exit);
    }
  });
});

describe('failure', () => {
  it('has the words, the hint and the exit code of the catalogue', () => {
    const error = failure('tool-missing', { tools: ['tar2sqfs'], packages: ['squashfs-tools-ng'] });
    expect(error).toBeInstanceOf(GitianError);
    expect(error).toMatchObject({
      name: 'GitianError',
      code: 'tool-missing',
      exitCode: 2,
      message: '"tar2sqfs" is not installed',
      hint: 'apt-get install squashfs-tools-ng',
      log: undefined,
      lines: [],
    });
  });

  it('names several programs, and a hint where no package is known', () => {
    expect(failure('tool-missing', { tools: ['a', 'b'], packages: [] })).toMatchObject({
      message: '"a", "b" are not installed',
      hint: 'install what has it, or add the folder in which it is to $PATH',
    });
  });

  it('keeps cause, log and lines', () => {
    const cause = new Error('below');
    const error = failure('disk-full', { path: '/x' }, { cause, log: 'var/build.log', lines: ['a', 'b'] });
    expect(error.cause).toBe(cause);
    expect(error).toMatchObject({ log: 'var/build.log', lines: ['a', 'b'] });
  });

  it('has no cause where none was given', () => {
    expect('cause' in failure('disk-full', { path: '/x' })).toBe(false);
  });
});

describe('isFailure', () => {
  it('knows the code', () => {
    const error = failure('disk-full', { path: '/x' });
    expect(isFailure(error, 'disk-full')).toBe(true);
    expect(isFailure(error, 'tool-missing')).toBe(false);
    expect(isFailure(new Error(error.message), 'disk-full')).toBe(false);
  });

  it('knows what the words were made of, also with another hint', () => {
    const error = failure('tool-missing', { tools: ['a'], packages: [] });
    const path = failure('disk-full', { path: '/x' }).withHint('make room');
    expect(isFailure(path, 'disk-full', { path: '/x' })).toBe(true);
    expect(isFailure(path, 'disk-full', { path: '/' })).toBe(false);
    expect(isFailure(error, 'disk-full', { path: '/x' })).toBe(false);
  });

  it('is false for anything else', () => {
    expect(isFailure(new Error('disk-full'), 'disk-full')).toBe(false);
    expect(isFailure({ code: 'disk-full' }, 'disk-full')).toBe(false);
    expect(isFailure(undefined, 'disk-full')).toBe(false);
  });
});

describe('Interrupted', () => {
  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s exits with %i', (signal, exitCode) => {
    expect(new Interrupted(signal)).toMatchObject({ exitCode, message: `interrupted by ${signal}` });
  });
});
