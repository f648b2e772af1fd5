import { failure } from '../../../core/errors/gitian-error.js';
import { run } from '../../../core/processes/process.js';
import { withPackage } from '../../../core/processes/find-programs.js';

/** A QEMU of this host. */
export interface QemuProgram {
  readonly program: string;
  /** Its own words, such as `QEMU emulator version 7.2.22 (Debian …)`. */
  readonly version: string;
  readonly hasSandbox: boolean;
}

/** Debian's package of them. */
export const qemuPackage = 'qemu-system-x86';

/** The programs for machines of 64 and of 32 bits, both in Debian's package. */
export function qemuName(is64Bit: boolean): string {
  return is64Bit ? 'qemu-system-x86_64' : 'qemu-system-i386';
}

/** Asks a program what it is. */
export async function qemuProgram(program: string): Promise<QemuProgram> {
  const { stdout } = await run({ program, args: ['-help'] }).catch((error: unknown) => {
    throw withPackage(error, { program, package: qemuPackage });
  });
  const [version = ''] = stdout.split('\n', 1);
  if (!/\bversion \d/.test(version)) {
    throw failure('usage-bad-value', { what: 'KVM', value: program, expected: 'a program of QEMU' });
  }
  return { program, version, hasSandbox: process.platform === 'linux' && /^-sandbox /m.test(stdout) };
}
