import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFile } from '../../../../src/core/package-files.js';
import { isRoot } from '../../../support/base-image.js';
import { triesAll, unlessAll } from '../../../support/tries-all.js';

/** Hundreds of thousands of names take a busy disk a minute. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describe.skipIf(!isRoot)('folders that are taken out of a container (root)', () => {
  let room: string;
  beforeEach(() => {
    room = mkdtempSync(join(memory, 'gitian-take-'));
    for (const folder of ['upper/out', 'taken']) mkdirSync(join(room, folder), { recursive: true });
    writeFileSync(join(room, 'upper/out/file'), 'built');
  });
  afterEach(() => {
    // Node takes several times as long for hundreds of thousands of files.
    execFileSync('rm', ['-r', '--', room]);
  });

  const take = (init: number): number | null => {
    const upper = join(room, 'upper');
    const words = [String(init), upper, upper, join(room, 'taken'), '65534:65534', 'out'];
    return spawnSync('perl', [packageFile('share/lxc/take.pl'), ...words]).status;
  };

  it('stay as they are while its first process lives: it could change them meanwhile', async () => {
    const init = spawn('sleep', ['100']);
    await once(init, 'spawn');
    try {
      expect(take(init.pid ?? 0)).toBe(3);
      expect(readdirSync(join(room, 'taken'))).toEqual([]);
      expect(statSync(join(room, 'upper/out/file')).uid).toBe(0);
    } finally {
      init.kill('SIGKILL');
    }
  });

  it('are taken when it has ended, also where nobody has asked how', async () => {
    // What becomes a sleep never asks for its child.
    const parent = spawn('sh', ['-c', ': & echo $!; exec sleep 100'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [said] = (await once(parent.stdout, 'data')) as [Buffer];
      await expect.poll(() => take(Number(said.toString()))).toBe(0);
      expect(statSync(join(room, 'taken/1/file')).uid).toBe(65534);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  /** Takes from a container whose first process has ended; the exit code, and whether nothing changed. */
  const takeEnded = (): { readonly exitCode: number | null; readonly untouched: boolean } => {
    const before = traits(room);
    const exitCode = take(spawnSync('true').pid);
    return { exitCode, untouched: traits(room) === before };
  };

  it('are left to copying, untouched, where they are deeper than twelve folders', () => {
    const twelve = join(room, 'upper/out', ...Array.from({ length: 12 }, () => 'd'));
    mkdirSync(join(twelve, 'd'), { recursive: true });
    expect(takeEnded()).toEqual({ exitCode: 3, untouched: true });
    rmSync(join(twelve, 'd'), { recursive: true });
    expect(takeEnded()).toEqual({ exitCode: 0, untouched: false });
  });

  it('are left to copying, untouched, where there are too many files in one', () => {
    const out = join(room, 'upper/out');
    execFileSync('perl', ['-e', namesOfFew, out]);
    expect(takeEnded()).toEqual({ exitCode: 3, untouched: true });
    rmSync(join(out, 'file'));
    expect(takeEnded()).toEqual({ exitCode: 0, untouched: false });
  });

  it.skipIf(!triesAll)(
    `are left to copying, untouched, where too many files have two names${unlessAll}`,
    () => {
      const folders = ['one', 'two', 'three'].map((name) => join(room, 'upper/out', name));
      for (const folder of folders) {
        mkdirSync(folder);
        execFileSync('perl', ['-e', twoNames, folder, '66667']);
      }
      expect(takeEnded()).toEqual({ exitCode: 3, untouched: true });
      for (const name of ['1', '1-2']) rmSync(join(room, 'upper/out/one', name));
      expect(takeEnded()).toEqual({ exitCode: 0, untouched: false });
    },
  );
});

/** Gives four files 200,000 names in a folder: names are made faster than files. */
const namesOfFew = `
  for my $file (map "$ARGV[0]/$_", 1 .. 4) {
    open my $made, ">", $file or die;
    link $file, "$file-$_" or die for 2 .. 50_000;
  }`;

/** Makes files in a folder that have two names each: as many as are asked for. */
const twoNames = `
  for my $file (map "$ARGV[0]/$_", 1 .. $ARGV[1]) {
    open my $made, ">", $file or die;
    link $file, "$file-2" or die;
  }`;

/** Everything below a folder, with what taking would change. */
function traits(folder: string): string {
  const format = '%P %y %i %n %m %U:%G %T@ %C@\\n';
  return execFileSync('find', [folder, '-printf', format], { encoding: 'utf8', maxBuffer: 1 << 28 });
}
