import { expect, it } from 'vitest';
import { probe } from '../../../../src/target/kvm/probe.js';

it.each(['darwin', 'freebsd'] as const)('machines of QEMU are refused on %s', async (platform) => {
  expect(await probe({ platform, path: '', program: undefined })).toEqual({
    usable: false,
    reason: 'its machines have only been made to work on Linux',
    hint: 'build on a Linux host, or in a virtual machine that runs one',
  });
});
