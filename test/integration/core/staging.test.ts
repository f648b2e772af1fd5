import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/core/processes/process.js';
import { removeTree, staging } from '../../../src/core/files/staging.js';
import { othersMayRead } from '../../support/base-image.js';

const module = join(import.meta.dirname, '../../../dist/core/files/staging.js');

function asNobody(...words: readonly string[]): { program: string; args: readonly string[] } {
  return { program: 'setpriv', args: ['--reuid=nobody', '--clear-groups', ...words] };
}

let room: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'gitian staging '));
});
afterEach(async () => {
  await rm(room, { recursive: true, force: true });
});

describe('a staging folder', () => {
  it('is there while the scope is, also when the scope fails', async () => {
    const scope = async (): Promise<void> => {
      await using stage = await staging(join(room, 'new'));
      await writeFile(join(stage.path, 'file'), '');
      expect((await readdir(join(room, 'new'))).length).toBe(1);
      throw new Error('failed');
    };
    await expect(scope()).rejects.toThrow('failed');
    expect(await readdir(join(room, 'new'))).toEqual([]);
  });

  it('of a run that was killed goes when the next begins; nothing else does', async () => {
    await writeFile(join(room, 'mine'), '');
    const killed = await staging(room);
    await mkdir(join(killed.path, 'd'));
    await writeFile(join(killed.path, 'd/file'), '');
    await using next = await staging(room);
    expect((await readdir(room)).map((name) => join(room, name)).sort()).toEqual(
      [next.path, join(room, 'mine')].sort(),
    );
  });

  it.skipIf(!othersMayRead)(
    'goes though its directories may not be written into (needs root, and a checkout that others may read)',
    async () => {
      const tree = join(room, 'tree');
      await mkdir(join(tree, 'd/e'), { recursive: true });
      await writeFile(join(tree, 'd/e/file'), '');
      await writeFile(Buffer.concat([Buffer.from(`${tree}/d/`), Buffer.from([0xff])]), '');
      await chmod(join(tree, 'd/e'), 0o500);
      await chmod(join(tree, 'd'), 0o500);
      await chmod(room, 0o755);
      await run({ program: 'chown', args: ['-R', 'nobody', tree, room] });
      const script = `const { removeTree } = await import(${JSON.stringify(module)}); await removeTree(${JSON.stringify(tree)});`;
      await run(asNobody(process.execPath, '--input-type=module', '-e', script));
      expect(await readdir(room)).toEqual([]);
    },
  );

  it('that is gone already is no failure', async () => {
    await removeTree(join(room, 'nosuch'));
    expect(await readdir(room)).toEqual([]);
  });
});
