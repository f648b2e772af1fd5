import type { Probe } from '../target.js';
import { virtualBoxVersion } from './vboxmanage/vboxmanage.js';
import { judgeVersion } from './vboxmanage/version.js';

/** Whether machines can be run here; only the version is asked for, which starts nothing. */
export async function probe(): Promise<Probe> {
  const version = await virtualBoxVersion().catch(() => '');
  if (version !== undefined) return judgeVersion(version);
  return {
    usable: false,
    reason: '"VBoxManage" is not installed, or not on PATH',
    hint: 'apt-get install virtualbox, where the distribution has it, or get it from its makers',
  };
}
