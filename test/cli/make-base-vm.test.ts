import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executable, runProgram, type Outcome } from '../support/commands.js';

let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'gitian-make-base-vm-'));
});
afterEach(() => {
  rmSync(workspace, { recursive: true });
});

function makeBaseVm(args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
  return runProgram(executable('make-base-vm'), args, { cwd: workspace, env });
}

describe('make-base-vm', () => {
  it.each([
    [['--lxc', '--arch', 'arm64'], '--arch must be amd64 or i386, not "arm64"'],
    [['--lxc', '--distro', 'fedora'], '--distro must be debian or ubuntu, not "fedora"'],
    [['--lxc', '--suite', 'book$(touch x)worm'], '--suite must be the name of a suite'],
    [
      ['--lxc', '--suite', 'bookworm', '--distro', 'ubuntu'],
      'the suite "bookworm" is Debian\'s, and not Ubuntu\'s',
    ],
    [
      ['--lxc', '--suite', 'unheard-of'],
      'it is not known whether the suite "unheard-of" is Debian\'s or Ubuntu\'s',
    ],
    [['--lxc', '--disksize', '10G'], '--disksize must be a whole number of at least 1, not "10G"'],
    [
      ['--lxc', '--suite', 'bookworm', '--mirror', 'file:///srv'],
      '--mirror must be an http or https address',
    ],
    [['--lxc', '--docker'], 'the backend must be one only, not "--lxc --docker"'],
    [['--backend', 'kvm', '--lxc'], 'the backend must be one only, not "--backend kvm --lxc"'],
    [['--backend', 'qemu'], '--backend must be kvm, lxc or vbox, not "qemu"'],
    [['--lxc', '--no-such-option'], "unknown option '--no-such-option'"],
    [['--lxc', 'surplus'], 'too many arguments'],
    [['--disksize', '1023'], '--disksize must be from 1024 to 2097152 MiB, not "1023"'],
    [['--vbox', '--disksize', '2097153'], '--disksize must be from 1024 to 2097152 MiB, not "2097153"'],
    [['--docker', '--docker-image-digest', 'x'], 'this version makes no base images for Docker'],
  ])('%j attempts nothing', (args, message) => {
    const { exitCode, stdout, stderr } = makeBaseVm(args);
    expect(stderr).toContain(`make-base-vm: ${message}`);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(readdirSync(workspace)).toEqual([]);
  });

  it.each([
    [
      ['--suite', 'bookworm', '--distro', 'ubuntu'],
      'run it again with --distro debian, or with another --suite',
    ],
    [['--suite', 'unheard-of'], 'run it again with --distro debian, or with --distro ubuntu'],
  ])('%j is told what changes, so that what else was given is not lost', (args, hint) => {
    expect(makeBaseVm(['--lxc', ...args]).stderr).toMatch(new RegExp(`\nhint: ${hint}\n$`));
  });

  it.each([
    [{ USE_LXC: '1' }, /the base image "base-bookworm-amd64" exists/],
    [{ USE_LXC: 'yes' }, /the base image "base-bookworm-amd64" exists/],
    [{ USE_LXC: 'no' }, /the base image "base-bookworm-amd64.qcow2" exists/],
    [{ USE_LXC: '' }, /the base image "base-bookworm-amd64.qcow2" exists/],
    [{ USE_LXC: '0', USE_VBOX: '1' }, /the base image "base-bookworm-amd64.vdi" exists/],
    [{ USE_DOCKER: 'true' }, /base images for Docker/],
    [{ USE_LXC: '1', DISTRO: 'ubuntu' }, /is Debian's, and not Ubuntu's/],
    [{ USE_LXC: '1' }, /the base image "base-bookworm-amd64.qcow2" exists/, ['--backend', 'kvm']],
    [{ USE_DOCKER: '1' }, /the base image "base-bookworm-amd64.vdi" exists/, ['--backend', 'vbox', '--vbox']],
  ])('obeys %j', (env, message, args: readonly string[] = []) => {
    for (const ending of ['', '.qcow2', '.vdi']) {
      writeFileSync(join(workspace, `base-bookworm-amd64${ending}`), 'mine');
    }
    const { exitCode, stderr } = makeBaseVm([...args, '--suite', 'bookworm'], env);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it.each([
    ['linux64', 'base-bookworm-linux64'],
    ['i386', 'base-bookworm-i386'],
  ])('refuses to overwrite an image for %s, or a link that leads nowhere', (architecture, name) => {
    symlinkSync('nowhere', join(workspace, name));
    const { exitCode, stderr } = makeBaseVm(['--lxc', '-s', 'bookworm', '-a', architecture]);
    expect(stderr).toBe(
      `make-base-vm: the base image "${name}" exists\nhint: to make it again: rm -f ${name} ${name}.json\n`,
    );
    expect(exitCode).toBe(2);
    expect(lstatSync(join(workspace, name)).isSymbolicLink()).toBe(true);
    expect(readdirSync(workspace)).toEqual([name]);
  });

  it('says in one sentence what is not installed', () => {
    const path = join(workspace, 'bin');
    mkdirSync(path);
    symlinkSync(process.execPath, join(path, 'node'));
    const { exitCode, stderr } = makeBaseVm(['--lxc', '--suite', 'bookworm'], { PATH: path });
    expect(stderr).toMatch(
      /^make-base-vm: "mmdebstrap", .*"tar2sqfs".* are not installed\nhint: apt-get install mmdebstrap .*squashfs-tools-ng.*\n$/,
    );
    expect(exitCode).toBe(2);
    expect(readdirSync(workspace)).toEqual(['bin']);
  });
});
