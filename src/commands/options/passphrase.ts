import { createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable, type Writable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { failure } from '../../core/errors/gitian-error.js';
import { Interrupted } from '../../core/errors/interrupted.js';

/** The longest passphrase that is read, in bytes. */
const longest = 4096;

/**
 * The first line of what can be read from the file descriptor that `--passphrase-fd` names. Throws `usage-bad-value` where
 * nothing can.
 */
export async function passphraseFrom(fd: number, stdin: Readable, signal: AbortSignal): Promise<string> {
  let text = Buffer.alloc(0);
  try {
    const stream = addAbortSignal(signal, streamOf(fd, stdin));
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      text = Buffer.concat([text, chunk]);
      if (text.includes('\n') || text.length > longest) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    const params = { what: '--passphrase-fd', value: String(fd), expected: 'an open file descriptor' };
    throw failure('usage-bad-value', params, { cause: error });
  }
  return text.toString('utf8').split(/\r?\n/)[0] ?? '';
}

function streamOf(fd: number, stdin: Readable): Readable {
  if (fd === 0) return stdin;
  if (isatty(fd)) return new ReadStream(fd);
  const kind = fstatSync(fd);
  // A thread that reads from one of these would wait for a silent writer, whatever else happens.
  if (kind.isFIFO() || kind.isSocket()) return new Socket({ fd, readable: true, writable: false });
  return createReadStream('', { fd, autoClose: false });
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
