import { describe, expect, it } from 'vitest';
import { judgeVersion, versionOf } from '../../../../src/target/virtualbox/vboxmanage/version.js';

const warning =
  'WARNING: The character device /dev/vboxdrv does not exist.\n\t Please install the virtualbox-dkms package.\n\n\t You will not be able to start VMs until this problem is fixed.\n';

describe('the version of VirtualBox', () => {
  it.each([
    ['7.0.20r163906\n', [7, 0]],
    ['6.1.38_Ubuntur153438\n', [6, 1]],
    ['7.2.0_BETA1r168000', [7, 2]],
    [`${warning}6.1.26_Ubuntur145957\n`, [6, 1]],
    ['', undefined],
    ['nonsense', undefined],
  ])('%j', (output, version) => {
    expect(versionOf(output)).toEqual(version);
  });

  it.each(['7.0.20r163906\n', '6.1.38_Ubuntur153438\n', '10.0.0r1'])('can be used: %j', (output) => {
    expect(judgeVersion(output)).toEqual({ usable: true });
  });

  it.each([
    ['5.2.44r139111\n', 'older than 6.1'],
    [`${warning}7.0.20r163906\n`, 'kernel module'],
    ['WARNING: The vboxdrv kernel module is not loaded.\n7.0.20r163906\n', 'kernel module'],
    ['', 'names no version'],
  ])('can not: %j', (output, reason) => {
    expect(judgeVersion(output)).toMatchObject({
      usable: false,
      reason: expect.stringContaining(reason) as string,
    });
  });
});
