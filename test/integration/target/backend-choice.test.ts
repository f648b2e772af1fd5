import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cannotBuild } from '../../support/base-image.js';
import { executable, runProgram, type Outcome } from '../../support/commands.js';
import { cannotRunMachines } from '../../support/machine-remains.js';

describe.skipIf(cannotBuild || cannotRunMachines)('the backend, where two have base images', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backend choice-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const has = (name: string): boolean => existsSync(join(folder, name));
  const containerImage = (): void => {
    writeFileSync(join(folder, 'base-bookworm-amd64'), '');
  };
  const machineImage = (): void => {
    runProgram('qemu-img', ['create', '-q', '-f', 'qcow2', 'base-bookworm-amd64.qcow2', '1M'], {
      cwd: folder,
      env: {},
    });
    for (const ending of ['vmlinuz', 'initrd'])
      writeFileSync(join(folder, `base-bookworm-amd64.${ending}`), '');
  };
  const makeClean = (args: readonly string[], env: Record<string, string> = {}): Outcome =>
    runProgram(executable('make-clean-vm'), ['--suite', 'bookworm', '--arch', 'amd64', ...args], {
      cwd: folder,
      env: { USE_LXC: '', USE_VBOX: '', USE_DOCKER: '', ...env },
    });

  it("is the original's default, KVM", () => {
    containerImage();
    machineImage();
    expect(makeClean([])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect([has('target-bookworm-amd64.qcow2'), has('target-bookworm-amd64')]).toEqual([true, false]);
  });

  it('is the one that has the image', () => {
    containerImage();
    expect(makeClean([])).toMatchObject({ exitCode: 0 });
    expect(has('target-bookworm-amd64')).toBe(true);
  });

  it("is the one that works, where the other's program is missing", () => {
    containerImage();
    machineImage();
    expect(makeClean([], { KVM: '/nowhere/qemu' })).toMatchObject({ exitCode: 0 });
    expect([has('target-bookworm-amd64.qcow2'), has('target-bookworm-amd64')]).toEqual([false, true]);
  });

  it.each<[string, string[], Record<string, string>]>([
    ['the option', ['--backend', 'lxc'], {}],
    ['the variable', [], { USE_LXC: '1' }],
    ['the option before the variable', ['--backend', 'lxc'], { USE_VBOX: '1' }],
  ])('is what %s says', (_what, args, env) => {
    containerImage();
    machineImage();
    expect(makeClean(args, env)).toMatchObject({ exitCode: 0 });
    expect([has('target-bookworm-amd64.qcow2'), has('target-bookworm-amd64')]).toEqual([false, true]);
  });

  it('says what it lacks, where only one that does not work has the image', () => {
    machineImage();
    const { exitCode, stderr } = makeClean([], { KVM: '/nowhere/qemu' });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('KVM names "/nowhere/qemu", which can\'t be run');
  });

  it('says how to make an image where there is none', () => {
    const { exitCode, stderr } = makeClean([]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there is no base image "base-bookworm-amd64.qcow2"');
    expect(stderr).toContain('make-base-vm --suite bookworm --arch amd64');
  });

  it('is the one that has most of them, and what is missing of these is named', () => {
    containerImage();
    const lists = {
      suites: ['bookwurm', 'bookworm'],
      architectures: ['amd64'],
      packages: [],
      files: [],
      remotes: [],
    };
    const words = { name: 'x', distro: 'debian', reference_datetime: '2024-01-01 00:00:00', script: 'true' };
    writeFileSync(join(folder, 'x.yml'), JSON.stringify({ ...words, ...lists }));
    const { exitCode, stderr } = runProgram(executable('gbuild'), ['x.yml'], { cwd: folder, env: {} });
    expect([exitCode, stderr]).toEqual([
      2,
      'gbuild: there is no base image "base-bookwurm-amd64"\nhint: make-base-vm --lxc --distro debian --suite bookwurm --arch amd64\n',
    ]);
  });

  it('is the one whose target is prepared, when that is to be started', () => {
    containerImage();
    machineImage();
    makeClean(['--backend', 'lxc']);
    const { stderr } = runProgram(executable('start-target'), ['64', 'bookworm-amd64'], {
      cwd: folder,
      env: {},
    });
    expect(stderr).toContain("its base image can't be mounted");
  });
});
