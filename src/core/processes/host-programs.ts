import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** Whether a host's processor, in Node's word for it, is made for programs of an archive's architecture. */
export function processorRuns(host: string, architecture: string): boolean {
  return host === 'x64' || (host === 'ia32' && architecture === 'i386');
}

/**
 * Whether this host runs programs of an archive's architecture, by running one. A kernel may leave 32-bit programs out,
 * and says so nowhere but in the attempt.
 */
export async function hostRuns(architecture: string): Promise<boolean> {
  if (!processorRuns(process.arch, architecture)) return false;
  if (architecture !== 'i386' || process.arch === 'ia32') return true;
  await using folder = await temporaryFolder('i386');
  const program = join(folder.path, 'program');
  await writeFile(program, smallestProgram(), { mode: 0o755 });
  // What the kernel doesn't take for a program, a shell takes for a script; that ends in another code.
  const { exitCode, stderr } = await run({ program: 'sh', args: ['-c', '"$0"', program], check: false });
  // Where no file of this folder may be run, nothing is known, and what comes next will tell.
  return exitCode === ownExitCode || stderr.includes('Permission denied');
}

const ownExitCode = 42;

/** An i386 ELF program that exits with 42: its header, one segment, and three instructions. */
export function smallestProgram(): Buffer {
  const [place, headers] = [0x0804_8000, 84];
  // mov eax, 1; mov ebx, 42; int 0x80
  const code = Buffer.from(`b801000000bb${ownExitCode.toString(16)}000000cd80`, 'hex');
  const size = headers + code.length;
  const words = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
  const halves = (...values: number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);
  return Buffer.concat([
    Buffer.from('7f454c46010101000000000000000000', 'hex'),
    halves(2, 3),
    words(1, place + headers, 52, 0, 0),
    halves(52, 32, 1, 0, 0, 0),
    words(1, 0, place, place, size, size, 5, 0x1000),
    code,
  ]);
}
