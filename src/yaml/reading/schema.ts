import { Schema, Type } from 'js-yaml';
import { YamlNode } from './node.js';
import { plainValue } from './resolve.js';

/** A scalar whose tag has been looked at. */
export class Scalar {
  readonly text: string;
  readonly value: string | number | boolean | null;

  constructor(text: string, value: string | number | boolean | null) {
    this.text = text;
    this.value = value;
  }

  changed(change: (text: string) => string): Scalar {
    const text = change(this.text);
    return new Scalar(text, this.text === this.value ? text : this.value);
  }
}

/** The items of a list that is tagged as an ordered map. */
export class OrderedItems {
  readonly items: unknown;

  constructor(items: unknown) {
    this.items = items;
  }
}

/** Something that is YAML, but not plain data. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

const kinds = ['scalar', 'sequence', 'mapping'] as const;

function refused(tag: string, problem: string, multi = false): Type[] {
  const refuse = (): never => {
    throw new Refusal(problem);
  };
  return kinds.map((kind) => new Type(tag, { kind, multi, construct: refuse }));
}

function both(name: string, kind: 'scalar' | 'sequence', construct: (data: unknown) => unknown): Type[] {
  return [`!${name}`, `tag:yaml.org,2002:${name}`].map((tag) => new Type(tag, { kind, construct }));
}

/** The text of a scalar. It is a node already where its tag has a line of its own. */
function textOf(data: unknown): string {
  if (data instanceof YamlNode) return data.text ?? '';
  return typeof data === 'string' ? data : '';
}

function plain(data: unknown): Scalar {
  const text = textOf(data);
  return new Scalar(text, plainValue(text));
}

function asText(data: unknown): Scalar {
  const text = textOf(data);
  return new Scalar(text, text);
}

/**
 * What Psych makes of tags, for plain data: `!omap` and `!str` mean something with one exclamation mark or two,
 * objects and binary values are refused, and every other tag says nothing. Text without quotes is never more than
 * `plainValue` says: js-yaml's own types would read `1e3` as a number.
 */
export const schema = new Schema({
  implicit: [new Type('tag:yaml.org,2002:plain', { kind: 'scalar', construct: plain })],
  explicit: [
    ...both('str', 'scalar', asText),
    ...both('omap', 'sequence', (items) => new OrderedItems(items)),
    ...refused('!binary', 'binary values are not read'),
    ...refused('tag:yaml.org,2002:binary', 'binary values are not read'),
    ...refused('!ruby/', 'objects of Ruby are not read', true),
    ...refused('tag:ruby.yaml.org', 'objects of Ruby are not read', true),
    new Type('', { kind: 'scalar', multi: true, construct: plain }),
    new Type('', { kind: 'sequence', multi: true }),
    new Type('', { kind: 'mapping', multi: true }),
  ],
});
