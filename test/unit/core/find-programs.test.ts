import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { missingPrograms, programsMissing } from '../../../src/core/processes/find-programs.js';

it('programs are looked for on PATH, and must be executable', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gitian-path-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'gitian-here'), '', { mode: 0o755 });
  await writeFile(join(folder, 'gitian-not-executable'), '', { mode: 0o644 });
  const wanted = ['gitian-here', 'gitian-not-executable', 'gitian-nowhere'].map((program) => ({
    program,
    package: 'some-package',
  }));
  const missing = await missingPrograms(wanted, `:${folder}`);
  expect(missing.map(({ program }) => program)).toEqual(['gitian-not-executable', 'gitian-nowhere']);
  expect(programsMissing(missing)).toMatchObject({
    message: '"gitian-not-executable", "gitian-nowhere" are not installed',
    hint: 'apt-get install some-package',
  });
});
