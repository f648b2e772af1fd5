import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executable, runProgram, type Outcome } from '../../../support/commands.js';
import { cannotRunMachines } from '../../../support/machine-remains.js';

/** A QEMU that ends as soon as it has said what it is. */
const qemu = '#!/bin/sh\necho "QEMU emulator version 8.2.2"\n';

describe.skipIf(cannotRunMachines)('a start of a machine that may open few files', () => {
  let folder: string;
  const runtime = (): string => join(folder, 'runtime');
  const call = (...words: readonly string[]): Outcome =>
    runProgram('timeout', ['20', 'sh', '-c', 'ulimit -n "$0"; exec "$@"', ...words], {
      cwd: folder,
      env: {
        KVM: join(folder, 'qemu'),
        GITIAN_CACHE: join(folder, 'cache'),
        XDG_RUNTIME_DIR: runtime(),
      },
    });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitian-few-'));
    mkdirSync(runtime(), { mode: 0o700 });
    writeFileSync(join(folder, 'qemu'), qemu, { mode: 0o755 });
    const base = 'base-bookworm-amd64';
    runProgram('qemu-img', ['create', '-q', '-f', 'qcow2', `${base}.qcow2`, '1M'], { cwd: folder });
    for (const ending of ['vmlinuz', 'initrd']) writeFileSync(join(folder, `${base}.${ending}`), '');
    const made = call('256', executable('make-clean-vm'), '--suite', 'bookworm', '--arch', 'amd64');
    expect(made.exitCode).toBe(0);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('ends, and leaves nothing, whichever of them is missing', { timeout: 120_000 }, () => {
    const codes = new Set<number | null>();
    for (let files = 24; !codes.has(1) && files < 60; files += 1) {
      const { exitCode, stderr } = call(String(files), executable('start-target'), '64', 'bookworm-amd64');
      codes.add(exitCode);
      expect([files, exitCode === 1 || stderr.includes('too many files are open')]).toEqual([files, true]);
      expect([files, exitCode, readdirSync(runtime())]).toEqual([files, exitCode, []]);
    }
    expect([...codes]).toEqual([2, 1]);
  });
});
