import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executable, runProgram, type Outcome } from '../support/commands.js';

const descriptor = [
  'name: tiny',
  'suites: [bookworm]',
  'architectures: [amd64]',
  'packages: []',
  'remotes: []',
  'files: []',
  "reference_datetime: '2020-02-29 12:00:00'",
  "script: 'true'",
  '',
].join('\n');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gbuild-'));
  writeFileSync(join(folder, 'tiny.yml'), descriptor);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const gbuild = (...options: readonly string[]): Outcome =>
  runProgram(executable('gbuild'), [...options, 'tiny.yml'], { cwd: folder, env: { USE_LXC: '1' } });

describe('gbuild, before it begins,', () => {
  const refusal = (name: string): Outcome => ({
    exitCode: 2,
    stdout: '',
    stderr: `gbuild: "${name}" is not a folder\nhint: move it away, or choose another place\n`,
  });

  it.each(['build', 'result', 'var'])('refuses a file in the place of %s/, which stays', (name) => {
    writeFileSync(join(folder, name), 'mine');
    expect(gbuild()).toEqual(refusal(name));
    expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
    expect(readdirSync(folder).sort()).toEqual([name, 'tiny.yml'].sort());
  });

  it('refuses a link to nothing there', () => {
    symlinkSync('gone', join(folder, 'result'));
    expect(gbuild()).toEqual(refusal('result'));
  });

  it.each(['--no-layer', '--skip-image'])('refuses %s beside --frozen, base image or not', (option) => {
    const { exitCode, stderr } = gbuild('--frozen', option);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining(`gbuild: --frozen doesn't go with ${option}`),
    ]);
  });

  it('leaves nothing in a folder without base images', () => {
    expect(gbuild()).toMatchObject({ exitCode: 2, stdout: '' });
    expect(readdirSync(folder)).toEqual(['tiny.yml']);
  });
});

describe('an option by which another command knows a backend', () => {
  it.each([
    ['gbuild', '--lxc', '--backend lxc'],
    ['make-clean-vm', '--vbox', '--backend vbox'],
    ['make-base-vm', '--kvm', '--backend kvm'],
    ['gsign', '--lxc', 'gsign --help'],
  ] as const)('is told by %s %s how it is called', (name, option, hint) => {
    expect(runProgram(executable(name), [option, 'tiny.yml'], { cwd: folder })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `${name}: unknown option '${option}'\nhint: ${hint}\n`,
    });
  });
});
