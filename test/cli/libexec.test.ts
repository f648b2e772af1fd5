import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandName } from '../../src/cli/command-files.js';
import { executable, runProgram } from '../support/commands.js';

describe('the commands in libexec, without a target', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'libexec-'));
    writeFileSync(join(folder, 'file'), '');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const call = (name: CommandName, args: readonly string[], env: Record<string, string> = {}) =>
    runProgram(executable(name), args, { cwd: folder, env: { USE_LXC: '1', ...env } });

  it('stop-target has nothing to do', () => {
    expect(call('stop-target', [])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it.each<[CommandName, string[], Record<string, string>?]>([
    ['make-clean-vm', ['-s', 'bookworm', '-a', 'amd64']],
    ['start-target', ['64', 'bookworm-amd64']],
    ['on-target', ['true'], { LXC_SUITE: 'bookworm', LXC_ARCH: 'amd64' }],
  ])('%s leaves nothing in a folder that is no workspace', (name, args, env) => {
    const { exitCode, stderr } = call(name, args, env);
    expect(stderr).not.toContain('    at ');
    expect(exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('copy-from-target refuses a file as its destination before it looks for a target', () => {
    expect(call('copy-from-target', ['out', 'file'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: [
        'copy-from-target: the destination "file" is not a folder',
        'hint: move it away, or choose another place\n',
      ].join('\n'),
    });
  });

  it.each([
    ['var', {}],
    ['file', { GITIAN_BASE: 'file' }],
  ])('on-target finds no target where %s is a file', (name, env) => {
    const room = mkdtempSync(join(tmpdir(), 'libexec-'));
    writeFileSync(join(room, name), '');
    const { exitCode, stderr } = runProgram(executable('on-target'), ['true'], {
      cwd: room,
      env: { USE_LXC: '1', ...env },
    });
    expect(stderr).toContain('no target is running');
    expect(exitCode).toBe(2);
    rmSync(room, { recursive: true });
  });

  it.each<[CommandName, string[], string]>([
    ['on-target', ['ls'], 'no target is running'],
    ['on-target', [], 'no target is running'],
    ['copy-to-target', ['file', 'build'], 'no target is running'],
    ['copy-from-target', ['out', '.'], 'no target is running'],
    ['copy-to-target', ['gone', 'build'], 'the source "gone" can\'t be read: it does not exist'],
    ['copy-to-target', ['file'], "missing required argument 'destination'"],
    ['copy-from-target', [], "missing required argument 'source'"],
    ['on-target', ['--nonsense', 'ls'], "unknown option '--nonsense'"],
    ['on-target', ['-e', 'A', 'ls'], '--env must be variables'],
    ['on-target', ['-e'], "option '-e, --env <variables>' argument missing"],
    ['start-target', ['64'], "missing required argument 'suite-arch'"],
    ['start-target', ['64', 'bookworm'], 'the target must be a suite and an architecture'],
    ['start-target', ['32', 'bookworm-amd64'], 'the first word must be 64 for amd64, not "32"'],
    ['start-target', ['64', 'bookworm-i386'], 'the first word must be 32 for i386, not "64"'],
    ['start-target', ['64', '../x-amd64'], 'the suite "../x" is not usable'],
    ['start-target', ['64', 'a/b-amd64'], 'the suite "a/b" is not usable'],
    ['start-target', ['--backend', 'qemu', '64', 'bookworm-amd64'], '--backend must be kvm, lxc or vbox'],
    ['make-clean-vm', [], "required option '-s, --suite <suite>' not specified"],
    ['make-clean-vm', ['-s', 'bookworm'], "required option '-a, --arch <arch>' not specified"],
    ['make-clean-vm', ['-s', '..', '-a', 'amd64'], 'the suite ".." is not usable'],
    ['make-clean-vm', ['-s', 'bookworm', '-a', 'a/b'], 'the architecture must be amd64 or i386, not "a/b"'],
    ['make-clean-vm', ['--suit', 'bookworm', '-a', 'amd64'], "unknown option '--suit'"],
    ['start-target', ['64', 'bookworm-amd65'], 'the architecture must be amd64 or i386, not "amd65"'],
  ])('%s %j is exit 2 and one sentence', (name, args, sentence) => {
    const { exitCode, stdout, stderr } = call(name, args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(`${name}: `)).toBe(true);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    [{ LXC_SUITE: 'bookworm' }, 'LXC_SUITE names one only with LXC_ARCH beside it\nhint: LXC_ARCH=amd64\n'],
    [{ LXC_ARCH: 'i386' }, 'LXC_ARCH names one only with LXC_SUITE beside it\nhint: LXC_SUITE=<suite>\n'],
  ])('a target that %j names by half is told', (env, words) => {
    expect(call('on-target', ['hostname'], env)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `on-target: no target is running in this workspace, and ${words}`,
    });
  });

  it.each([
    ['VMEM', 'lots', 'VMEM must be a whole number'],
    ['NPROCS', '0', 'NPROCS must be a whole number'],
    ['USE_VBOX', '1', ''],
    ['USE_DOCKER', '1', "USE_DOCKER asks for a backend that this version doesn't have"],
  ])('%s=%s is refused', (variable, value, sentence) => {
    const { exitCode, stderr } = call('start-target', ['64', 'bookworm-amd64'], {
      USE_LXC: '0',
      [variable]: value,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(sentence);
  });
});
