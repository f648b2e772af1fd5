import { printable } from './printable.js';

/**
 * Makes bytes from outside, which come in pieces, safe to show as they come: text as {@link printable} has it. Lines that
 * a program would write over one another, ended by carriage returns, come one after the other.
 */
export function printableStream(): (bytes: Uint8Array) => string {
  const decoder = new TextDecoder();
  let endedWithReturn = false;
  return (bytes) => {
    const text = `${endedWithReturn ? '\r' : ''}${decoder.decode(bytes, { stream: true })}`;
    // What comes next says whether it is half of a line's end.
    endedWithReturn = text.endsWith('\r');
    const lines = text.replace(/\r+\n?/g, '\n');
    return printable(endedWithReturn ? lines.slice(0, -1) : lines);
  };
}
