import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { lastLine } from '../../core/processes/process.js';
import type { SignaturePacket } from '../signature-packet.js';
import { checkOutcome, type CheckOutcome } from './check-outcome.js';
import type { Gpg } from './gpg.js';
import { inlineMessage } from './inline-message.js';
import { fileSections, statusLines } from './status.js';

/** A signature, and the bytes that it is said to be over. */
export interface Job {
  readonly signature: SignaturePacket;
  readonly signed: Uint8Array;
}

/** A weak digest is a remark of ours, not a reason to say nothing. */
const options = ['--status-fd', '1', '--allow-weak-digest-algos'];

/** Asks GnuPG about one signature. `place` is a path that is free, in a folder that only we can read. */
export async function checkOne(gpg: Gpg, { signature, signed }: Job, place: string): Promise<CheckOutcome> {
  // GnuPG takes one of the two from stdin.
  const file = `${place}.sig`;
  await writeFile(file, signature.bytes, { mode: 0o600, flag: 'wx' });
  try {
    const { stdout, stderr } = await gpg.run([...options, '--verify', '--', file, '-'], signed);
    return checkOutcome(statusLines(stdout), lastWords(stderr));
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Asks GnuPG about several signatures in one go; undefined where its answers can't be told apart. It takes several files
 * only with the signed bytes inside.
 */
export async function checkFiles(
  gpg: Gpg,
  jobs: readonly Job[],
  place: string,
): Promise<readonly CheckOutcome[] | undefined> {
  const files = jobs.map((_, index) => `${place}-${String(index)}.gpg`);
  try {
    // At once: many small files would wait longer for a thread each than they take.
    for (const [index, { signature, signed }] of jobs.entries()) {
      writePieces(files[index] ?? place, inlineMessage(signature, signed));
    }
    // In batch mode it would stop at the first bad one.
    const { stdout } = await gpg.run([...options, '--no-batch', '--verify-files', '--', ...files]);
    const sections = fileSections(statusLines(stdout));
    return sections?.length === jobs.length ? sections.map((lines) => checkOutcome(lines, '')) : undefined;
  } finally {
    for (const file of files) rmSync(file, { force: true });
  }
}

function writePieces(path: string, pieces: readonly Uint8Array[]): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (const piece of pieces) writeFileSync(file, piece);
  } finally {
    closeSync(file);
  }
}

function lastWords(stderr: string): string {
  return lastLine(stderr).replace(/^gpg: /, '');
}
