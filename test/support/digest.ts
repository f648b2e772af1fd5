import { createHash } from 'node:crypto';

/** SHA-256, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The entity tag that the servers here give a content. */
export function tagOf(content: Uint8Array): string {
  return `"${sha256(content).slice(0, 16)}"`;
}
