import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFile } from '../../../../src/core/package-files.js';
import { isRoot } from '../../../support/base-image.js';

describe.skipIf(!isRoot)('folders that are taken out of a container (root)', () => {
  let room: string;
  beforeEach(() => {
    room = mkdtempSync(join(tmpdir(), 'gitian-take-'));
    for (const folder of ['upper/out', 'taken']) mkdirSync(join(room, folder), { recursive: true });
    writeFileSync(join(room, 'upper/out/file'), 'built');
  });
  afterEach(() => {
    rmSync(room, { recursive: true });
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
});
