import { describe, expect, it } from 'vitest';
import { chooseAcceleration } from '../../../../src/target/kvm/acceleration.js';

const intel = 'processor\t: 0\nflags\t\t: fpu vme vmx sse\n';
const amd = 'flags\t\t: fpu svm\n';
const none = 'flags\t\t: fpu svmless xvmx\n';

describe('chooseAcceleration', () => {
  it.each([
    ['linux', true, intel, 'kvm', undefined],
    ['linux', true, amd, 'kvm', undefined],
    ['linux', true, none, 'tcg', 'the processor shows neither vmx nor svm'],
    ['linux', true, '', 'tcg', 'the processor shows neither vmx nor svm'],
    ['linux', false, intel, 'tcg', '"/dev/kvm" can\'t be opened'],
    ['darwin', false, '', 'hvf', undefined],
    ['freebsd', true, intel, 'tcg', 'this system has no KVM'],
  ])('on %s, /dev/kvm %s, %j: %s', (platform, opensKvm, cpuinfo, acceleration, slowBecause) => {
    expect(chooseAcceleration({ platform, opensKvm, cpuinfo })).toEqual({ acceleration, slowBecause });
  });
});
