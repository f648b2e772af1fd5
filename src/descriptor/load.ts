import { readBoundedFile } from '../core/files/bounded-file.js';
import { failure } from '../core/errors/gitian-error.js';
import { sha256 } from '../core/files/hashing.js';
import { readYaml } from '../yaml/read.js';
import type { Descriptor } from './descriptor.js';
import { validateDescriptor } from './validate.js';

/** Real descriptors have a few KiB. */
const maximumBytes = 1024 * 1024;

/** A descriptor, and the SHA-256 of the bytes it was read from. */
export interface LoadedDescriptor {
  readonly descriptor: Descriptor;
  readonly sha256: string;
  /** What its author should know: unknown keys, keys that are there twice. */
  readonly warnings: readonly string[];
}

/**
 * Reads and validates a descriptor; the file is read once. `source` is its name in messages. Throws `file-unreadable`, `yaml-broken`, `yaml-unusable` or
 * `descriptor-invalid`: nothing was attempted.
 */
export async function loadDescriptor(path: string, source: string = path): Promise<LoadedDescriptor> {
  const bytes = await readWhole(path, source);
  const { descriptor, warnings } = validateDescriptor(readYaml(bytes, source), source);
  return { descriptor, sha256: sha256(bytes), warnings };
}

async function readWhole(path: string, source: string): Promise<Uint8Array> {
  const file = await readBoundedFile(path, maximumBytes);
  if (file.kind === 'read') return file.bytes;
  throw failure('file-unreadable', { what: 'descriptor', path: source, reason: file.reason });
}
