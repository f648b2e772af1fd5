import { getFileNameLowLevel } from 'yauzl';
import { extraKinds, flagBits, type ExtraField } from './member.js';

/**
 * A member's name as text. The format knows UTF-8, where a flag or an extra field says so, and the PC's code page 437;
 * but many programs write UTF-8 without saying so: bytes that are UTF-8 are read as that.
 */
export function pathText(name: Buffer, flags: number, extraFields: readonly ExtraField[]): string {
  const told = (): string => getFileNameLowLevel(flags, name, [...extraFields], true);
  if ((flags & flagBits.utf8) !== 0 || extraFields.some(({ id }) => id === extraKinds.unicodePath))
    return told();
  try {
    return utf8.decode(name);
  } catch {
    return told();
  }
}

/** One for all members: making one costs more than it does. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
