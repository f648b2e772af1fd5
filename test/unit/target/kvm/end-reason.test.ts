import { describe, expect, it } from 'vitest';
import { endReason } from '../../../../src/target/kvm/end-reason.js';

const program = 'qemu-system-x86_64';
const install = 'apt-get install qemu-system-x86';

describe('why a QEMU ended', () => {
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
  ])('%j', (words, reason, hint) => {
    expect(endReason(words, program)).toEqual({ reason, hint });
  });
});
