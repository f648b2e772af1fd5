import { describe, expect, it } from 'vitest';
import { bridgeOf } from '../../../../src/target/lxc/configuration/bridge.js';
import { containerName } from '../../../../src/target/lxc/container.js';
import {
  firstGeneration,
  ownGroup,
  secondGeneration,
} from '../../../../src/target/lxc/configuration/control-groups.js';
import { failureReason, firstLxcError } from '../../../../src/target/lxc/session/failure-reason.js';
import { missingFileSystems } from '../../../../src/target/lxc/probe.js';

const hybrid = `
36 30 0:31 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
37 36 0:32 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw
38 36 0:33 / /sys/fs/cgroup/systemd rw,nosuid - cgroup cgroup rw,xattr,name=systemd
39 36 0:34 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct
40 36 0:35 / /sys/fs/cgroup/memory rw,nosuid shared:1 master:2 - cgroup cgroup rw,memory
`;
const unified = `30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n`;

describe('control groups', () => {
  it('of the first generation are found by their options', () => {
    expect([...firstGeneration(hybrid)]).toEqual([
      ['cpu', '/sys/fs/cgroup/cpu,cpuacct'],
      ['memory', '/sys/fs/cgroup/memory'],
    ]);
    expect([...firstGeneration(unified)]).toEqual([]);
  });

  it('of the second generation are found by their type', () => {
    expect(secondGeneration(unified)).toBe('/sys/fs/cgroup');
    expect(secondGeneration('')).toBeUndefined();
    expect(ownGroup('1:cpu:/a\n0::/user.slice/x y\n')).toBe('/user.slice/x y');
  });
});

describe('missingFileSystems', () => {
  const both = 'nodev\tsysfs\nnodev\toverlay\n\tsquashfs\n';
  const modules = 'kernel/fs/overlayfs/overlay.ko: \nkernel/fs/squashfs/squashfs.ko.xz:\n';
  it.each([
    [both, undefined, []],
    [both, '', []],
    ['', undefined, []],
    ['', modules, []],
    ['\text4\n', '', ['overlay', 'squashfs']],
    ['nodev\toverlay\n', 'kernel/fs/ext4/ext4.ko:', ['squashfs']],
    ['nodev\tmyoverlay\n\tsquashfs\n', '', ['overlay']],
  ])('of %j and modules %j are %j', (builtIn, list, missing) => {
    expect(missingFileSystems(builtIn, list)).toEqual(missing);
  });
});

describe('failureReason', () => {
  const lxcLog = [
    'lxc-start x 20260101010101.001 WARN     start - ../src/lxc/start.c:lxc_check_inherited:329 - Inherited fd 4',
    'lxc-start x 20260101010101.002 ERROR    conf - ../src/lxc/conf.c:run_buffer:322 - Script exited with status 1',
    'lxc-start x 20260101010101.003 ERROR    start - ../src/lxc/start.c:__lxc_start:2027 - Failed to initialize container',
    '',
  ].join('\n');

  it("is LXC's first complaint", () => {
    expect(firstLxcError(lxcLog)).toBe('Script exited with status 1');
    expect(failureReason('container', lxcLog).reason).toBe('Script exited with status 1');
  });

  it('says what to allow where too few files may be open', () => {
    const log = lxcLog.replace('Script exited with status 1', 'Too many open files - Failed to read x');
    expect(failureReason('container', log)).toEqual({
      reason: 'Too many open files - Failed to read x',
      hint: 'allow more of them: ulimit -n',
    });
  });

  it.each([
    ['mount-base', 'mount: wrong fs type', "its base image can't be mounted: mount: wrong fs type"],
    ['mount-overlay', 'mount: x', "an overlay can't be mounted in the workspace: mount: x"],
    ['network', 'a\nb\n', 'slirp4netns ended: b'],
    ['container', 'odd\n', 'lxc-start ended: odd'],
    [
      undefined,
      'unshare: unshare failed: Operation not permitted\n',
      'unshare: unshare failed: Operation not permitted',
    ],
    [undefined, '', 'its session ended without a word'],
  ])('of %j, %j is %j', (stage, words, reason) => {
    expect(failureReason(stage, words).reason).toBe(reason);
  });
});

describe('bridgeOf', () => {
  const settings = {
    bridge: 'br0',
    guestAddress: '10.0.2.5',
    hostAddress: '10.0.2.2',
    reachesHostLoopback: false,
    hostPort: undefined,
    privileged: false,
  };
  it('takes plain names and addresses', () => {
    expect(bridgeOf(settings)).toEqual({ name: 'br0', guestAddress: '10.0.2.5', hostAddress: '10.0.2.2' });
    expect(bridgeOf({ ...settings, bridge: undefined, guestAddress: 'unused' })).toBeUndefined();
  });
  it.each([
    ['LXC_BRIDGE', { bridge: 'br0\nlxc.hook.start = x' }],
    ['LXC_BRIDGE', { bridge: 'a-name-of-16-byt' }],
    ['LXC_GUEST_IP', { guestAddress: '10.0.2' }],
    ['GITIAN_HOST_IP', { hostAddress: '::1' }],
  ])('refuses a %s like %j', (variable, wrong) => {
    expect(() => bridgeOf({ ...settings, ...wrong })).toThrow(variable);
  });
});

describe('containerName', () => {
  it('is short, plain, and another one for another workspace', () => {
    const names = ['/a', '/b', `/${'x'.repeat(300)} ü`].map(containerName);
    for (const name of names) expect(name).toMatch(/^gitian-[0-9a-f]{12}$/);
    expect(new Set(names).size).toBe(3);
  });
});
