import { describe, expect, it } from 'vitest';
import { chooseAcceleration } from '../../../../src/target/kvm/qemu/acceleration.js';

const intel = 'processor\t: 0\nflags\t\t: fpu vme vmx sse\n';
const amd = 'flags\t\t: fpu svm\n';
const none = 'flags\t\t: fpu svmless xvmx\n';

const slow = (why: string): string => `QEMU emulates the processor (tcg), which is slow: ${why}`;
const neither = 'the processor shows neither vmx nor svm';
const closed = '"/dev/kvm" can\'t be opened';
const fast = 'QEMU runs the machine with kvm';

describe('chooseAcceleration', () => {
  it.each([
    [undefined, true, intel, 'kvm', 'note', fast],
    [undefined, true, amd, 'kvm', 'note', fast],
    [undefined, true, none, 'tcg', 'note', slow(neither)],
    [undefined, true, '', 'tcg', 'note', slow(neither)],
    [undefined, false, intel, 'tcg', 'note', slow(closed)],
    ['tcg', true, intel, 'tcg', 'note', slow('GITIAN_ACCEL says so')],
    ['tcg', false, none, 'tcg', 'note', slow('GITIAN_ACCEL says so')],
    ['kvm', true, intel, 'kvm', 'note', fast],
    ['kvm', true, none, 'kvm', 'warning', `${fast}, as GITIAN_ACCEL says, although ${neither}`],
    ['kvm', false, intel, 'kvm', 'warning', `${fast}, as GITIAN_ACCEL says, although ${closed}`],
  ] as const)('of %s, /dev/kvm %s, %j: %s', (asked, opensKvm, cpuinfo, acceleration, kind, text) => {
    expect(chooseAcceleration({ opensKvm, cpuinfo }, asked)).toEqual({ acceleration, kind, text });
  });
});
