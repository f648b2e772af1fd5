import { isAscii, isUtf8 } from 'node:buffer';
import type { GitianError } from '../../core/errors/gitian-error.js';
import { brokenYaml, unusableYaml } from './broken.js';

/** The largest file that is read as YAML. The largest real assertion has 130 KB. */
const maximumBytes = 16 * 1024 * 1024;

const decoder = new TextDecoder();

// What YAML calls non-printable; a lone surrogate can't come out of UTF-8.
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const nonPrintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** The text of a YAML file: UTF-8 without byte order mark, every line end a line feed. */
export function decodeYaml(bytes: Uint8Array, source: string): string {
  if (bytes.length > maximumBytes) throw unusableYaml(source, 'it is larger than 16 MiB');
  if (!isUtf8(bytes)) throw notUtf8(bytes, source);
  const decoded = isAscii(bytes) ? latin1(bytes) : decoder.decode(bytes);
  const text = decoded.includes('\r') ? decoded.replace(/\r\n?/g, '\n') : decoded;
  if (/^\s*$/.test(text)) throw unusableYaml(source, 'it is empty');
  if (/^\s*<(?:!doctype html|html)\b/i.test(text)) throw unusableYaml(source, 'it is an HTML page, not YAML');
  const bad = nonPrintable.exec(text);
  if (bad === null) return text;
  const code = text.charCodeAt(bad.index).toString(16).toUpperCase().padStart(4, '0');
  throw brokenYaml({ text, source }, bad.index, `the control character U+${code} is not allowed`);
}

/** Much faster than a decoder, and for ASCII the same. */
function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

function notUtf8(bytes: Uint8Array, source: string): GitianError {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return unusableYaml(source, 'it is UTF-16, not UTF-8');
  }
  const text = decoder.decode(soundBytes(bytes));
  return brokenYaml({ text, source }, text.length, 'this is not UTF-8');
}

/** The bytes before the first that are not UTF-8. */
function soundBytes(bytes: Uint8Array): Uint8Array {
  let sound = 0;
  let bad = bytes.length;
  while (bad - sound > 1) {
    const middle = (sound + bad) >> 1;
    if (isUtf8(bytes.subarray(0, middle)) || isCutShort(bytes.subarray(0, middle))) sound = middle;
    else bad = middle;
  }
  let end = sound;
  while (end > 0 && !isUtf8(bytes.subarray(0, end))) end -= 1;
  return bytes.subarray(0, end);
}

/** Whether only the last character is incomplete. */
function isCutShort(bytes: Uint8Array): boolean {
  return [1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, bytes.length - cut)));
}
