import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** Folders of the project that the stand-in's machines depend on. */
export const standInFolders = ['test/support/virtualbox/stand-in'];

/** Where the stand-in's `VBoxManage` is. */
export const standInFolder = join(import.meta.dirname, 'bin');

/** What makes programs find the stand-in's `VBoxManage`, with its machines in the folder `home`, and small ones. */
export function standInEnvironment(home: string): Record<string, string> {
  const path = [standInFolder, process.env['PATH'] ?? ''].join(delimiter);
  return { PATH: path, VBOX_USER_HOME: home, VMEM: '500', NPROCS: '1' };
}

/** Whether the stand-in can't run machines here. */
export const cannotRunVirtualBox =
  spawnSync(
    'sh',
    ['-c', 'command -v qemu-system-x86_64 qemu-img && test -e /usr/share/OVMF/OVMF_CODE_4M.fd'],
    {
      stdio: 'ignore',
    },
  ).status !== 0;
