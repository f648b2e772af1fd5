import { createRequire } from 'node:module';
import { DOMParser, type Document } from '@xmldom/xmldom';

/** What is used of xpath. Its own types would bring those of browsers into the whole project. */
interface XPath {
  parse(expression: string): {
    select(options: {
      node: Document;
      namespaces: Readonly<Record<string, string>>;
    }): readonly SelectedNode[];
  };
}

interface SelectedNode {
  readonly nodeValue: string | null;
  readonly textContent: string | null;
}

const require = createRequire(import.meta.url);
const xpath = require('xpath') as XPath;

/** What an XPath selects in a feed, as texts, or why it can't be told. */
export type SelectedTexts =
  | { readonly texts: readonly string[]; readonly problem?: undefined }
  | { readonly problem: string; readonly texts?: undefined };

/** Why a text is no XPath. */
export function xpathProblem(expression: string): string | undefined {
  try {
    xpath.parse(expression);
    return undefined;
  } catch (error) {
    return parserWords(error);
  }
}

/** The texts of the nodes that `expression` selects, in the order of the document. Nothing outside of it is looked up. */
export function selectTexts(feed: string, expression: string): SelectedTexts {
  if (!feed.trimStart().startsWith('<')) return { problem: 'it is not XML' };
  try {
    const document = parse(feed);
    const selected = xpath.parse(expression).select({ node: document, namespaces: prefixesOf(document) });
    return { texts: selected.map((node) => (node.nodeValue ?? node.textContent ?? '').trim()) };
  } catch (error) {
    // Besides what the parser says: more nesting than the stack holds.
    return { problem: parserWords(error) };
  }
}

/** What a parser says in its first line, which may quote all of a feed: the beginning. */
function parserWords(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

function parse(feed: string): Document {
  return new DOMParser({
    onError: (level, message) => {
      if (level !== 'warning') throw new Error(message.split('\n', 1)[0]);
    },
  }).parseFromString(feed, 'application/xml');
}

/** The prefixes that the outermost element declares are those of the expression too. */
function prefixesOf(document: Document): Record<string, string> {
  const prefixes: Record<string, string> = {};
  for (const { name, value } of document.documentElement?.attributes ?? []) {
    if (name.startsWith('xmlns:')) prefixes[name.slice('xmlns:'.length)] = value;
  }
  return prefixes;
}
