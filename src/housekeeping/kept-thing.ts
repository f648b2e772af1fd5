import { shownBytes } from '../core/words/shown-bytes.js';

/** Something that is kept for later builds and can be removed. */
export interface KeptThing {
  readonly kind: 'layer' | 'machine' | 'packages' | 'target';
  readonly name: string;
  /** Undefined where nobody has measured it. */
  readonly bytes: number | undefined;
  /** Whether it is bigger than that, since not all of it may be read. */
  readonly atLeast?: boolean;
  readonly used: Date;
  /** Whether it can't be removed now. */
  readonly inUse: boolean;
}

/** A table of kept things, one in a line, and their sum. */
export function thingsTable(things: readonly KeptThing[]): string {
  const rows = things.map(({ kind, name, bytes, atLeast, used, inUse }) => [
    kind,
    bytes === undefined ? '' : shownBytes(bytes),
    used.toISOString().slice(0, 16).replace('T', ' '),
    [name, ...(inUse ? ['(in use)'] : []), ...(atLeast === true ? ['(at least)'] : [])].join(' '),
  ]);
  const sum = things.reduce((all, { bytes }) => all + (bytes ?? 0), 0);
  return [...rows, ['all', shownBytes(sum), '', '']].map(line).join('');
}

function line([kind = '', size = '', used = '', name = '']: readonly string[]): string {
  return `${kind.padEnd(9)}${size.padStart(11)}  ${used.padEnd(17)}${name}`.trimEnd() + '\n';
}
