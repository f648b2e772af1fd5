import type { YamlPath, YamlValue } from '../value.js';

/** A value, and where it and all that is in it was written. */
export class YamlNode {
  readonly value: YamlValue;
  /** Where its reading began: white space and comments may come first. */
  readonly offset: number;
  /** A scalar's text, before it is taken for a number, a truth value or nothing. */
  readonly text: string | undefined;
  readonly entries: ReadonlyMap<string, YamlEntry> | undefined;
  readonly items: readonly YamlNode[] | undefined;

  constructor(value: YamlValue, offset: number, parts: YamlParts) {
    this.value = value;
    this.offset = offset;
    this.text = parts.text;
    this.entries = parts.entries;
    this.items = parts.items;
  }
}

/** What a node is made of; one of them. */
export interface YamlParts {
  readonly text?: string;
  readonly entries?: ReadonlyMap<string, YamlEntry>;
  readonly items?: readonly YamlNode[];
}

/** A key and its value. */
export interface YamlEntry {
  readonly keyOffset: number;
  readonly node: YamlNode;
}

/** A node and, if a key leads to it, where that is. */
interface Found {
  readonly node: YamlNode;
  readonly keyOffset: number | undefined;
}

/** The node at `path`, or the last one on the way to it. */
export function nodeAt(root: YamlNode, path: YamlPath): Found {
  let found: Found = { node: root, keyOffset: undefined };
  for (const step of path) {
    const entry = found.node.entries?.get(String(step));
    const node = entry?.node ?? found.node.items?.[Number(step)];
    if (node === undefined) return found;
    found = { node, keyOffset: entry?.keyOffset };
  }
  return found;
}
