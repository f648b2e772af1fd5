import { createReadStream, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { Writable } from 'node:stream';
import { failure } from '../../core/errors/gitian-error.js';
import { Interrupted } from '../../core/errors/interrupted.js';

/** The longest passphrase that is read, in bytes. */
const longest = 4096;

/** The first line of what can be read from file descriptor `fd`. Throws `usage-bad-value` where nothing can. */
export async function passphraseFrom(fd: number, option: string): Promise<string> {
  let text = Buffer.alloc(0);
  try {
    const stream = createReadStream('', { fd, autoClose: false }) as AsyncIterable<Buffer>;
    for await (const chunk of stream) {
      text = Buffer.concat([text, chunk]);
      if (text.includes('\n') || text.length > longest) break;
    }
  } catch (error) {
    const expected = 'an open file descriptor';
    throw failure('usage-bad-value', { what: option, value: String(fd), expected }, { cause: error });
  }
  return text.toString('utf8').split(/\r?\n/)[0] ?? '';
}

/** Asks on the terminal, whatever stdin is, without showing what is typed. Throws `no-terminal` where there is none. */
export async function askPassphrase(key: string, stderr: Writable, signal: AbortSignal): Promise<string> {
  const terminal = openTerminal(key);
  const close = (): void => {
    if (terminal.destroyed) return;
    terminal.setRawMode(false);
    terminal.destroy();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    // The question comes when nothing that is typed shows any more.
    terminal.setRawMode(true);
    stderr.write(`passphrase of ${key}: `);
    const typed = await typedLine(terminal);
    signal.throwIfAborted();
    return typed;
  } finally {
    signal.removeEventListener('abort', close);
    close();
    stderr.write('\n');
  }
}

function openTerminal(key: string): ReadStream {
  try {
    return new ReadStream(openSync('/dev/tty', 'r+'));
  } catch (error) {
    throw failure('no-terminal', { key }, { cause: error });
  }
}

/** What is typed up to Enter. In raw mode the terminal leaves editing, and ^C, to us. */
async function typedLine(terminal: ReadStream): Promise<string> {
  let typed = '';
  for await (const chunk of terminal as AsyncIterable<Buffer>) {
    for (const character of chunk.toString('utf8')) {
      if (character === '\r' || character === '\n' || character === '\u0004') return typed;
      if (character === '\u0003') throw new Interrupted('SIGINT');
      if (character === '\u007f' || character === '\b') typed = typed.replace(/.$/su, '');
      else if (typed.length < longest) typed += character;
    }
  }
  return typed;
}
