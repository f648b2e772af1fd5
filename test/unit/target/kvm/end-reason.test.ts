import { describe, expect, it } from 'vitest';
import { endReason, startReason } from '../../../../src/target/kvm/qemu/end-reason.js';

const program = 'qemu-system-x86_64';
const install = 'apt-get install qemu-system-x86';

describe('why a QEMU did not begin', () => {
  it.each([
    [
      `setpriv: failed to execute ${program}: No such file or directory`,
      `"${program}" is not installed`,
      install,
    ],
    [`/share/kvm/session.sh: 40: ${program}: not found`, `"${program}" is not installed`, install],
    [
      `${program}: -nodefaults: invalid option`,
      'QEMU ended: -nodefaults: invalid option',
      `${program} --version; apt-get install --reinstall qemu-system-x86`,
    ],
    [
      `${program}: cannot set up guest memory 'ram': Cannot allocate memory`,
      "QEMU ended: cannot set up guest memory 'ram': Cannot allocate memory",
      'run the command again',
    ],
    ['', 'QEMU ended without a word', 'run the command again'],
    [
      'slirp4netns: open("/dev/net/tun"): No such file or directory',
      'its network can\'t be made: open("/dev/net/tun"): No such file or directory',
      'slirp4netns --version; apt-get install --reinstall slirp4netns',
    ],
    [
      'slirp4netns: setpriv: failed to execute slirp4netns: No such file or directory',
      '"slirp4netns" is not installed',
      'apt-get install slirp4netns',
    ],
    ['/share/kvm/network.sh: 52: ip: not found', '"ip" is not installed', 'apt-get install iproute2'],
  ])('%j', (words, reason, hint) => {
    expect(startReason(words, program)).toEqual({ reason, hint });
  });
});

describe('why a QEMU ended that had begun', () => {
  it.each([
    `${program}: -nodefaults: invalid option`,
    `setpriv: failed to execute ${program}: No such file or directory`,
  ])('is no lack of a program, whatever its guest says: %j', (words) => {
    expect(endReason(words)).toEqual({
      reason: `QEMU ended: ${words.replace(/^qemu-system-x86_64: /, '')}`,
      hint: 'run the command again',
    });
  });
});
