import { describe, expect, it } from 'vitest';
import { explainRefusal } from '../../../../src/target/virtualbox/vboxmanage/refusal.js';

const details = (code: string): string =>
  `VBoxManage: error: Details: code ${code}, component MachineWrap, interface IMachine, callee nsISupports\nVBoxManage: error: Context: "Call(name.raw(), machine.asOutParam())" at line 640 of file VBoxManageMisc.cpp\n`;

describe('what VBoxManage refuses', () => {
  it.each([
    ["Could not find a registered machine named 'M'", 'VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)', 'no-machine'],
    ["Could not find a snapshot named 'Gitian-Clean'", 'VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)', 'no-snapshot'],
    ["Runtime error writing '/home/me/VirtualBox VMs/M/M.vbox' (VERR_WRITE_PROTECT)", '', 'disk-read-only'],
    ['This machine does not have any snapshots', 'VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)', 'no-snapshot'],
    [
      "The machine 'M' is already locked by a session (or being locked or unlocked)",
      'VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)',
      'in-use',
    ],
    [
      "The machine 'M' is already locked for a session (or being unlocked)",
      'VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)',
      'in-use',
    ],
    [
      "Cannot unregister the machine 'M' while it is locked",
      'VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)',
      'in-use',
    ],
    [
      'Cannot delete the current state of the running machine (machine state: Running)',
      'VBOX_E_INVALID_VM_STATE (0x80bb0002)',
      'in-use',
    ],
    ["Machine 'M' is not currently running.", '', 'not-running'],
    ['The machine is not mutable (state is Saved)', 'VBOX_E_INVALID_VM_STATE (0x80bb0002)', 'wrong-state'],
    ["Machine settings file '/a/M.vbox' already exists", 'VBOX_E_FILE_ERROR (0x80bb0004)', 'exists'],
    ['VT-x is not available (VERR_VMX_NO_VMX)', 'NS_ERROR_FAILURE (0x80004005)', 'no-virtualization'],
    [
      'AMD-V is disabled in the BIOS (or by the host OS) (VERR_SVM_DISABLED)',
      'NS_ERROR_FAILURE (0x80004005)',
      'no-virtualization',
    ],
    [
      "VirtualBox can't enable the AMD-V extension. Please disable the KVM kernel extension, recompile your kernel and reboot (VERR_SVM_IN_USE)",
      'NS_ERROR_FAILURE (0x80004005)',
      'no-virtualization',
    ],
    [
      "The virtual machine 'M' has terminated unexpectedly during startup with exit code 1 (0x1)\nThe VirtualBox support driver is not running (VERR_VM_DRIVER_NOT_INSTALLED)",
      'NS_ERROR_FAILURE (0x80004005)',
      'no-kernel-module',
    ],
    ['Failed to load unit (VERR_SSM_UNIT_FORMAT_CHANGED)', 'NS_ERROR_FAILURE (0x80004005)', 'damaged-state'],
    ['Not enough memory to start (VERR_NO_MEMORY)', 'NS_ERROR_FAILURE (0x80004005)', 'no-memory'],
    [
      "Could not find file for the medium '/a.vdi' (VERR_FILE_NOT_FOUND)",
      'VBOX_E_FILE_ERROR (0x80bb0004)',
      'no-disk',
    ],
  ])('%s', (words, code, kind) => {
    const { kind: found, reason } = explainRefusal(`VBoxManage: error: ${words}\n${details(code)}`, 'M');
    expect(found).toBe(kind);
    expect(reason).not.toContain('VBoxManage: error');
  });

  it('hints at what to type, with the name of the machine', () => {
    const { hint } = explainRefusal(
      "VBoxManage: error: Could not find a snapshot named 'Gitian-Clean'\n",
      'Gitian-a-b',
    );
    expect(hint).toContain('VBoxManage snapshot Gitian-a-b take Gitian-Clean');
  });

  it('says how to replace a program that knows no such call', () => {
    const { reason, hint } = explainRefusal('VBoxManage: error: Unknown option: --machinereadable\n', 'M');
    expect([reason, hint]).toEqual([
      '"VBoxManage" is another version, or another program',
      'VBoxManage --version; apt-get install --reinstall virtualbox',
    ]);
  });

  it('says what to install where a shell finds none', () => {
    const { reason, hint } = explainRefusal('/share/virtualbox/keep.sh: 13: VBoxManage: not found\n', 'M');
    expect([reason, hint]).toEqual(['"VBoxManage" is not installed', 'apt-get install virtualbox']);
  });

  it('is told in its own words when nobody knows better', () => {
    const stderr = `0%...10%...\nVBoxManage: error: The moon is full.\n${details('E_FAIL')}`;
    expect(explainRefusal(stderr, 'M')).toEqual({
      kind: 'other',
      reason: 'The moon is full',
      hint: undefined,
    });
    expect(explainRefusal('', 'M').reason).toBe('it does not say why');
  });
});
