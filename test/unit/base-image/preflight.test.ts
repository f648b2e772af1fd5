import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { idRange, missingTools } from '../../../src/base-image/preflight.js';
import { workPlace } from '../../../src/base-image/work-place.js';

describe('what has to be there', () => {
  it('is looked for on PATH, and must be executable', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gitian-path-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'gitian-here'), '', { mode: 0o755 });
    await writeFile(join(folder, 'gitian-not-executable'), '', { mode: 0o644 });
    const tools = ['gitian-here', 'gitian-not-executable', 'gitian-nowhere'].map((program) => ({
      program,
      pkg: `${program}-pkg`,
    }));
    const missing = await missingTools(tools, `:${folder}`);
    expect(missing.map(({ program }) => program)).toEqual(['gitian-not-executable', 'gitian-nowhere']);
  });

  it.each([
    ['me:100000:65536\n', 65_536],
    ['you:100000:65536\nme:165536:1000\n', 1000],
    ['me2:100000:65536\n', 0],
    ['me:100000\n', 0],
    ['', 0],
  ])('subordinate ids in %j: %i', (text, expected) => {
    expect(idRange(text, 'me')).toBe(expected);
  });
});

describe('where the root file system grows', () => {
  it.each([
    [8 * 2 ** 30, undefined, 3072, { memory: 3072, parent: '/tmp' }],
    [4 * 2 ** 30, undefined, 3072, { memory: 3072, parent: '/tmp' }],
    [4 * 2 ** 30, undefined, 3073, { memory: 0, parent: '/var/tmp' }],
    [2 ** 30, '/scratch', 3072, { memory: 0, parent: '/scratch' }],
  ])('with %i bytes of memory, TMPDIR %s and %i MiB needed', (available, temporary, needed, expected) => {
    expect(workPlace(available, temporary, needed)).toEqual(expected);
  });
});
