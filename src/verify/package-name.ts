import { readBoundedFile } from '../core/files/bounded-file.js';
import { failure } from '../core/errors/gitian-error.js';
import { plainName } from '../core/words/safe-names.js';
import { readQuickly } from '../yaml/read-quickly.js';
import { isMap } from '../yaml/value.js';

/** Real descriptors have a few KiB. */
const limit = 1 << 20;

/**
 * The name in a descriptor, which is all of it that verifying needs: whether it could still be built doesn't matter.
 * Throws `file-unreadable`, `descriptor-nameless`, `unsafe-name`, or what `readYaml` throws.
 */
export async function packageName(descriptor: string): Promise<string> {
  const file = await readBoundedFile(descriptor, limit);
  if (file.kind !== 'read') {
    throw failure('file-unreadable', { what: 'descriptor', path: descriptor, reason: file.reason });
  }
  const value =
    readQuickly(file.bytes, descriptor) ??
    (await import('../yaml/read.js')).readYaml(file.bytes, descriptor).value;
  const name = isMap(value) ? value.get('name') : undefined;
  if (typeof name !== 'string') throw failure('descriptor-nameless', { path: descriptor });
  return plainName(name, 'the name of the descriptor');
}
