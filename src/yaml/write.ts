import { isList, isMap, type OrderedMap, type YamlValue } from './value.js';
import { Emitter } from './writing/emitter.js';
import { writeText, writeWord } from './writing/write-scalar.js';

/** A key that is longer than this, or has several lines, is written behind a `?`. */
const longestKey = 128;

/** What libyaml takes for the end of a line. */
const lineEnd = /[\n\r\u0085\u2028\u2029]/;

/**
 * Writes an ordered map as Ruby's Psych 4 does with libyaml 0.2.5, byte for byte: the format of reports and
 * assertions. Maps become ordered maps at every depth.
 */
export function writeYaml(map: OrderedMap): string {
  const to = new Emitter();
  to.token('---');
  writeNode(to, map, 'root');
  to.newLine();
  if (to.openEnded) to.closing('...\n');
  return to.text;
}

type Context = 'root' | 'item' | 'value';

function writeNode(to: Emitter, value: YamlValue, context: Context): void {
  if (isMap(value)) {
    to.token('!!omap');
    const write = [...value].map(([key, entry]) => (): void => {
      writeEntry(to, key, entry);
    });
    writeList(to, write, context);
  } else if (isList(value)) {
    const write = value.map((item) => (): void => {
      writeNode(to, item, 'item');
    });
    writeList(to, write, context);
  } else {
    to.deeper(2, () => {
      writeScalar(to, value);
    });
  }
}

function writeScalar(to: Emitter, value: string | number | boolean | null): void {
  if (typeof value === 'string') writeText(to, value, false);
  else writeWord(to, value === null ? '' : String(value));
}

function writeList(to: Emitter, writeItems: readonly (() => void)[], context: Context): void {
  if (writeItems.length === 0) {
    to.token('[]');
    return;
  }
  // Behind a key in the same line, a list stays in the key's column.
  const sameColumn = context === 'root' || (context === 'value' && !to.indented);
  to.deeper(sameColumn ? 0 : 2, () => {
    for (const writeItem of writeItems) {
      to.newLine();
      to.blockIndicator('-');
      writeItem();
    }
  });
}

function writeEntry(to: Emitter, key: string, value: YamlValue): void {
  to.deeper(2, () => {
    to.newLine();
    if (Buffer.byteLength(key) <= longestKey && !lineEnd.test(key)) {
      writeText(to, key, true);
      to.closing(':');
    } else {
      to.blockIndicator('?');
      to.deeper(2, () => {
        writeText(to, key, false);
      });
      to.newLine();
      to.blockIndicator(':');
    }
    writeNode(to, value, 'value');
  });
}
