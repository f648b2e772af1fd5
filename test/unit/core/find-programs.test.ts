import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { missingPrograms, programsMissing } from '../../../src/core/processes/find-programs.js';

it('programs are looked for on PATH, and must be files that can be run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gitian-path-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'gitian-here'), '', { mode: 0o755 });
  await writeFile(join(folder, 'gitian-not-executable'), '', { mode: 0o644 });
  await mkdir(join(folder, 'gitian-folder'));
  const names = ['gitian-here', 'gitian-not-executable', 'gitian-folder', 'gitian-nowhere'];
  const wanted = names.map((program) => ({
    program,
    package: 'some-package',
  }));
  const missing = await missingPrograms(wanted, `:${folder}`);
  expect(missing.map(({ program }) => program)).toEqual(names.slice(1));
  expect(programsMissing(missing)).toMatchObject({
    message: '"gitian-not-executable", "gitian-folder", "gitian-nowhere" are not installed',
    hint: 'apt-get install some-package',
  });
});
