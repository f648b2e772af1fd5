import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownMark } from '../../../../src/core/files/owner-mark.js';
import { freshOverlay } from '../../../../src/target/kvm/overlay.js';
import { isUntouched } from '../../../../src/target/kvm/qcow2.js';
import { cannotRunMachines } from '../../../support/machine-remains.js';
import { ended } from '../../../support/marks.js';
import { oddName } from '../../../support/workspaces/target-workspace.js';

describe.skipIf(cannotRunMachines)('an overlay', () => {
  let folder: string;
  let [base, overlay] = ['', ''];
  const { signal } = new AbortController();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), oddName));
    [base, overlay] = [join(folder, 'base.qcow2'), join(folder, 'target.qcow2')];
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', 'base.qcow2', '12G'], { cwd: folder });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const write = (what: string): void => {
    execFileSync('qemu-io', ['-c', what, 'target.qcow2'], { cwd: folder, stdio: 'ignore' });
  };

  it('is untouched until something is written to it, also zeros', async () => {
    await freshOverlay(overlay, base, signal);
    expect(await isUntouched(overlay)).toBe(true);
    write('read 0 4096');
    expect(await isUntouched(overlay)).toBe(true);
    write('write -z 1M 64k');
    expect(await isUntouched(overlay)).toBe(false);
  });

  it('is made anew in the place of an old one', async () => {
    write('write 11G 512');
    await writeFile(`${overlay}.new-${ended}`, 'left by a command that was killed');
    const others = `${overlay}.new-${ownMark}`;
    await writeFile(others, 'in the making');
    await freshOverlay(overlay, base, signal);
    await rm(others);
    expect(await isUntouched(overlay)).toBe(true);
    expect(execFileSync('ls', ['-A'], { cwd: folder, encoding: 'utf8' })).toBe('base.qcow2\ntarget.qcow2\n');
    const info = execFileSync('qemu-img', ['info', '--output=json', 'target.qcow2'], { cwd: folder });
    expect(JSON.parse(info.toString())).toMatchObject({
      'backing-filename': 'base.qcow2',
      'virtual-size': 12 * 2 ** 30,
    });
  });

  it("is out of other users' reach, in the place of one that was not, too", async () => {
    await chmod(overlay, 0o644);
    const umask = process.umask(0o022);
    try {
      await freshOverlay(overlay, base, signal);
    } finally {
      process.umask(umask);
    }
    expect((await stat(overlay)).mode & 0o7777).toBe(0o600);
  });

  it('is not untouched when it is something else', async () => {
    await writeFile(overlay, 'no overlay');
    expect(await isUntouched(overlay)).toBe(false);
    await writeFile(overlay, '');
    expect(await isUntouched(overlay)).toBe(false);
  });

  it('is named where it is a folder', async () => {
    await expect(isUntouched(folder)).rejects.toThrow(`"${folder}" can't be used: it is a folder`);
  });
});
