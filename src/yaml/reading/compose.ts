import { load, YAMLException, type EventType, type State } from 'js-yaml';
import { brokenYaml, type NamedText } from './broken.js';
import { contentStart } from './content-start.js';
import { explain, type OddQuote } from './explain.js';
import { NodeBuilder, type Remark } from './node-builder.js';
import { YamlNode } from './node.js';
import { Refusal, Scalar, schema } from './schema.js';

/** What can't follow on a quoted scalar in its line. */
const oddFollower = /[ \t]*[^ \t\n\0,\]}:#]/y;

/** A text as a tree. */
interface Composed {
  /** Undefined for a text of comments only. */
  readonly root: YamlNode | undefined;
  readonly remarks: readonly Remark[];
}

/** Parses the one document of a text into nodes that know their places. */
export function compose(named: NamedText): Composed {
  const composer = new Composer(named);
  const root = composer.compose();
  return { root, remarks: composer.builder.remarks };
}

/**
 * js-yaml makes plain objects of maps, in which number-like keys lose their order, equal keys get lost and places are
 * unknown. But its listener may replace each result the moment it is complete: here with a node. js-yaml then passes
 * only nodes around, and nothing is lost.
 */
class Composer {
  readonly builder: NodeBuilder;
  readonly #named: NamedText;
  /** Where the nodes that are being read began. */
  readonly #open: number[] = [];
  #documents = 0;
  /** Where the node that was read last began. */
  #last = 0;
  #oddQuote: OddQuote | undefined;

  constructor(named: NamedText) {
    this.#named = named;
    this.builder = new NodeBuilder(named);
  }

  compose(): YamlNode | undefined {
    const { text } = this.#named;
    const start = contentStart(text, 0);
    // js-yaml would take this for a marker.
    if (/^---\S/.test(text.slice(start, start + 4))) {
      throw brokenYaml(this.#named, start + 3, 'a space is missing after "---"');
    }
    try {
      const root = load(text, { schema, json: true, listener: this.#listen.bind(this) });
      return root instanceof YamlNode ? root : undefined;
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #listen(event: EventType, state: State): void {
    if (event === 'open') this.#opened(state);
    else this.#closed(state);
  }

  #opened(state: State): void {
    if (this.#open.length === 0) this.#documents += 1;
    this.#open.push(state.position);
    if (this.#documents > 1) throw new Refusal('a second document begins here, and only one is read');
  }

  #closed(state: State): void {
    const offset = this.#open.at(-1) ?? 0;
    const result: unknown = this.#unended(state);
    // The declared type doesn't know that the kind of what isn't there is null, and of aliases.
    if ((state.kind as string | null) === null) {
      const alias = state.input[contentStart(state.input, offset)] === '*';
      if (alias) throw new Refusal('aliases are not allowed, and text that begins with "*" needs quotes');
      if (result !== null) state.result = this.builder.node(result, offset);
    } else state.result = this.builder.node(result, offset);
    this.#noteQuoted(offset, state);
    if (result !== null) this.#last = offset;
    this.#open.pop();
  }

  /** The result; without the line feed that js-yaml has added to a text that ends in the middle of a block. */
  #unended({ result, position }: State): unknown {
    const { text } = this.#named;
    if (position <= text.length || text.endsWith('\n')) return result;
    // A last line of white space has added something only if it is kept as one.
    const lineIsEmpty = isEmpty(lastLine(text));
    const unended = (block: string): string => {
      const before = block.slice(0, -1);
      return block.endsWith('\n') && (!lineIsEmpty || isEmpty(lastLine(before))) ? before : block;
    };
    if (typeof result === 'string') return unended(result);
    return result instanceof Scalar ? result.changed(unended) : result;
  }

  /** Looks whether something follows on a quoted scalar of several lines that doesn't belong there. */
  #noteQuoted(offset: number, { input, position, lineStart }: State): void {
    const last = input[position - 1];
    if (this.#oddQuote !== undefined || (last !== "'" && last !== '"') || offset >= lineStart) return;
    oddFollower.lastIndex = position;
    if (oddFollower.test(input)) this.#oddQuote = { offset, end: position };
  }

  #explained(error: unknown): unknown {
    const began = contentStart(this.#named.text, this.#open.at(-1) ?? 0);
    if (error instanceof Refusal) return brokenYaml(this.#named, began, error.message);
    if (!(error instanceof YAMLException)) return error;
    return explain(error, { named: this.#named, began, last: this.#last, oddQuote: this.#oddQuote });
  }
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

function isEmpty(line: string): boolean {
  return /^ *$/.test(line);
}
