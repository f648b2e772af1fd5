import type { HostProgram } from '../../../core/processes/find-programs.js';

/** VirtualBox's program for the command line. */
export const vboxManage: HostProgram = { program: 'VBoxManage', package: 'virtualbox' };
