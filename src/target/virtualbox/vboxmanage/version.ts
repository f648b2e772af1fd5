import type { Probe } from '../../target.js';

/** The oldest VirtualBox that is known to have all that is asked of it. */
const oldest = [6, 1] as const;

/** Whether what `VBoxManage --version` prints is of a VirtualBox that can be used; before its number it warns of what keeps machines from starting. */
export function judgeVersion(output: string): Probe {
  if (/^WARNING:.*vboxdrv/m.test(output)) {
    return {
      usable: false,
      reason: "VirtualBox's kernel module is not loaded",
      hint: 'as root: modprobe vboxdrv; if there is none for this kernel: apt-get install virtualbox-dkms',
    };
  }
  const version = versionOf(output);
  if (version === undefined) {
    return {
      usable: false,
      reason: '"VBoxManage --version" names no version',
      hint: 'install VirtualBox anew',
    };
  }
  if (isAtLeast(version, oldest)) return { usable: true };
  return {
    usable: false,
    reason: `VirtualBox ${version.join('.')} is older than ${oldest.join('.')}`,
    hint: `install VirtualBox ${oldest.join('.')} or newer`,
  };
}

/** The first two numbers of a version such as `7.0.20r163906` or `6.1.38_Ubuntur153438`, on the last line. */
export function versionOf(output: string): readonly [number, number] | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+/.exec(output.trim().split('\n').at(-1) ?? '') ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

/** Whether a version is another one or newer. */
export function isAtLeast(version: readonly [number, number], least: readonly [number, number]): boolean {
  return version[0] > least[0] || (version[0] === least[0] && version[1] >= least[1]);
}
