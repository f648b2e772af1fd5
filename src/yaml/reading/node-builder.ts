import type { YamlValue } from '../value.js';
import { brokenYaml, type NamedText } from './broken.js';
import { contentStart } from './content-start.js';
import { YamlNode, type YamlEntry, type YamlParts } from './node.js';
import { OrderedItems, Refusal, Scalar } from './schema.js';

/** Real files have dozens of values; this bounds the memory that a hostile one takes. */
const maximumNodes = 50_000;

/** A warning and where it belongs. */
export interface Remark {
  readonly offset: number;
  readonly text: string;
}

/**
 * Makes nodes of what js-yaml has read: scalars, arrays of nodes, and objects whose values are nodes and whose keys
 * are the names that {@link KeyedNode}s gave themselves.
 */
export class NodeBuilder {
  readonly remarks: Remark[] = [];
  readonly #named: NamedText;
  readonly #nodes: KeyedNode[] = [];

  constructor(named: NamedText) {
    this.#named = named;
  }

  /** The node of a result whose reading began at `offset`. */
  node(result: unknown, offset: number): YamlNode {
    if (result instanceof YamlNode) return result;
    if (typeof result === 'string') return this.#scalar(new Scalar(result, result), offset);
    if (result instanceof Scalar) return this.#scalar(result, offset);
    if (typeof result !== 'object' || result === null) return this.#scalar(new Scalar('', null), offset);
    if (result instanceof OrderedItems) return this.#orderedMap(this.#items(result.items, offset), offset);
    return Array.isArray(result)
      ? this.#list(this.#items(result, offset), offset)
      : this.#map(result, offset);
  }

  #keep(value: YamlValue, offset: number, parts: YamlParts): YamlNode {
    if (this.#nodes.length >= maximumNodes) {
      throw new Refusal(`there are more than ${String(maximumNodes)} values`);
    }
    const node = new KeyedNode(this.#nodes.length, { value, offset, parts });
    this.#nodes.push(node);
    return node;
  }

  #scalar({ text, value }: Scalar, offset: number): YamlNode {
    if (/\p{Surrogate}/u.test(text)) throw new Refusal('half of a surrogate pair is no character');
    return this.#keep(value, offset, { text });
  }

  /** The items of a list, which is a node already where its tag has a line of its own. */
  #items(list: unknown, offset: number): readonly YamlNode[] {
    if (list instanceof YamlNode) return list.items ?? [];
    const items: YamlNode[] = [];
    for (const item of Array.isArray(list) ? (list as unknown[]) : []) {
      // js-yaml takes what follows on an empty item for the same list, even if it is indented less.
      if (item === null) this.#refuseEmpty(items.at(-1)?.offset ?? offset);
      items.push(this.node(item, offset));
    }
    return items;
  }

  #refuseEmpty(after: number): never {
    const empty = /^[ \t]*-[ \t]*(?:#.*)?$/gm;
    empty.lastIndex = after;
    this.#refuse(empty.exec(this.#named.text)?.index ?? after, 'an item of this list is empty');
  }

  #list(items: readonly YamlNode[], offset: number): YamlNode {
    const values = items.map((item) => item.value);
    return this.#keep(values, offset, { items });
  }

  #orderedMap(items: readonly YamlNode[], offset: number): YamlNode {
    const entries = new Map<string, YamlEntry>();
    for (const item of items) {
      const [only, more] = item.entries ?? [];
      if (only === undefined || more !== undefined) {
        this.#refuse(item.offset, 'an entry of an ordered map has to be one key with its value');
      }
      this.#add(entries, ...only);
    }
    return this.#mapOf(entries, offset);
  }

  #map(result: object, offset: number): YamlNode {
    const entries = new Map<string, YamlEntry>();
    for (const [name, value] of Object.entries(result) as [string, unknown][]) {
      const key = this.#nodes[keyNumber(name)];
      if (key?.text === undefined) this.#refuse(key?.offset ?? offset, 'a key has to be text');
      this.#add(entries, key.text, { keyOffset: key.offset, node: this.node(value, key.offset) });
    }
    return this.#mapOf(entries, offset);
  }

  #add(entries: Map<string, YamlEntry>, key: string, entry: YamlEntry): void {
    if (entries.has(key)) {
      const text = `the key ${JSON.stringify(key)} is here again, and the last one counts`;
      this.remarks.push({ offset: entry.keyOffset, text });
    }
    entries.set(key, entry);
  }

  #mapOf(entries: ReadonlyMap<string, YamlEntry>, offset: number): YamlNode {
    const value = new Map<string, YamlValue>();
    for (const [key, { node }] of entries) value.set(key, node.value);
    return this.#keep(value, offset, { entries });
  }

  #refuse(offset: number, problem: string): never {
    throw brokenYaml(this.#named, contentStart(this.#named.text, offset), problem);
  }
}

/** A node that gives its number to js-yaml as its name, where it is a key: so equal keys stay apart and in order. */
class KeyedNode extends YamlNode {
  readonly #number: number;

  /** js-yaml asks anything for its name that isn't a plain object. */
  readonly [Symbol.toStringTag] = 'KeyedNode';

  constructor(
    number: number,
    { value, offset, parts }: { value: YamlValue; offset: number; parts: YamlParts },
  ) {
    super(value, offset, parts);
    this.#number = number;
  }

  override toString(): string {
    return `#${String(this.#number)}`;
  }
}

/** The number in a key's name; none for the key that isn't there. */
function keyNumber(name: string): number {
  return name.startsWith('#') ? Number(name.slice(1)) : -1;
}
