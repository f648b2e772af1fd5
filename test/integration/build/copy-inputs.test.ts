import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyInputs } from '../../../src/build/inputs/copy-inputs.js';
import { hashInputFiles } from '../../../src/build/inputs/inputs-files.js';
import type { Inputs } from '../../../src/build/inputs/inputs.js';
import { run } from '../../../src/core/processes/process.js';
import type { HostFiles } from '../../../src/target/target.js';

let room: string;
let directory: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'gitian inputs '));
  directory = join(room, 'inputs');
  await mkdir(directory);
  await writeFile(join(directory, 'a'), 'a');
  await writeFile(join(room, 'elsewhere'), 'b');
  await symlink('../elsewhere', join(directory, 'b'));
});
afterEach(async () => {
  await rm(room, { recursive: true });
});

async function inputs(): Promise<Inputs> {
  const files = await hashInputFiles(directory, ['a', 'b'], new AbortController().signal);
  return { files, remotes: [], manifest: '' };
}

async function copy({ directory: from, names, followLinks }: HostFiles, to: string): Promise<void> {
  await mkdir(join(room, to), { recursive: true });
  const args = ['--recursive', followLinks === true ? '--dereference' : '--no-dereference', '--'];
  await run({ program: 'cp', args: [...args, ...names, join(room, to)], cwd: from });
}

describe('copying inputs', () => {
  it('takes files, and what links lead to', async () => {
    await copyInputs(await inputs(), directory, { copyTo: copy });
    expect(await readFile(join(room, 'build/a'), 'utf8')).toBe('a');
    expect(await readFile(join(room, 'build/b'), 'utf8')).toBe('b');
  });

  it.each(['a', 'b'])('fails where "%s" is written to during the copy', async (name) => {
    const copyTo = async (files: HostFiles, to: string): Promise<void> => {
      await copy(files, to);
      await writeFile(join(directory, name), name);
    };
    await expect(copyInputs(await inputs(), directory, { copyTo })).rejects.toMatchObject({
      code: 'input-changed',
      exitCode: 2,
      message: `the input "${name}" was changed while the build went on`,
    });
  });

  it('says so too where the copy failed for that reason', async () => {
    const copyTo = async (files: HostFiles, to: string): Promise<void> => {
      await rm(join(directory, 'a'));
      await copy(files, to);
    };
    await expect(copyInputs(await inputs(), directory, { copyTo })).rejects.toMatchObject({
      code: 'input-changed',
    });
  });

  it('fails as the copy does where nothing has changed', async () => {
    const copyTo = async (): Promise<void> => Promise.reject(new Error('no target'));
    await expect(copyInputs(await inputs(), directory, { copyTo })).rejects.toThrow('no target');
  });
});
