import type { StdioNull, StdioPipe } from 'node:child_process';
import { openSync } from 'node:fs';
import { finished, type Readable, type Writable } from 'node:stream';
import { captured } from './captured-output.js';

/** Where input comes from: bytes are given whole; a stream is piped; 'inherit' is the terminal; 'pipe' is the caller's to write. */
export type InputFrom = Uint8Array | Readable | 'inherit' | 'pipe';

/** Where a program's output goes. */
export type OutputTo = 'capture' | 'ignore' | 'inherit' | Writable | { readonly appendTo: string };

/** Which kind of standard input a child is made with. */
export function inputFrom(stdin: InputFrom | undefined): 'ignore' | 'inherit' | 'pipe' {
  if (stdin === undefined) return 'ignore';
  return stdin === 'inherit' ? 'inherit' : 'pipe';
}

/** Which kind of output a child is made with; files that were opened for it are added to `files`. */
export function outputTo(to: OutputTo | undefined, files: number[]): StdioNull | StdioPipe | number {
  if (to === 'ignore' || to === 'inherit') return to;
  if (typeof to !== 'object' || !('appendTo' in to)) return 'pipe';
  const file = openSync(to.appendTo, 'a', 0o644);
  files.push(file);
  return file;
}

/** Gives a child its input. */
export function give(stdin: InputFrom | undefined, to: Writable | null): void {
  if (to === null || stdin === undefined || typeof stdin === 'string') return;
  if (stdin instanceof Uint8Array) {
    to.end(stdin);
    return;
  }
  stdin.pipe(to);
  // A pipe alone passes on an end, but neither that one side broke nor that the other has had enough.
  finished(stdin, { writable: false }, () => to.end());
  finished(to, { readable: false }, () => stdin.destroy());
}

/** Takes a child's output. Returns what it has written so far, where that is kept. */
export function take(to: OutputTo | undefined, from: Readable | null): () => string {
  passOn(from, to);
  return from !== null && (to === undefined || to === 'capture') ? captured(from) : () => '';
}

/** Streams of the caller's stay open: they may take the output of several programs. */
function passOn(from: Readable | null, to: OutputTo | undefined): void {
  if (typeof to === 'object' && !('appendTo' in to)) from?.pipe(to, { end: false });
}
