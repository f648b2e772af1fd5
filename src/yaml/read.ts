import { placeAt, unusableYaml } from './reading/broken.js';
import { compose } from './reading/compose.js';
import { contentStart } from './reading/content-start.js';
import { decodeYaml } from './reading/decode.js';
import { nodeAt } from './reading/node.js';
import type { Place, YamlPath, YamlValue } from './value.js';

/** Nobody reads more. */
const mostWarnings = 50;

/** A YAML file that was read. */
export interface YamlDocument {
  readonly value: YamlValue;
  /** Keys that are there twice, each a sentence with `source:line:column:` in front. */
  readonly warnings: readonly string[];
  /** Where the value at `path` is; its key where it is empty; what is nearest where there is neither. */
  place(path: YamlPath): Place;
  /** Where the last key of `path` is. */
  keyPlace(path: YamlPath): Place;
}

/**
 * Reads the one document of a YAML file as Ruby's Psych does, as long as it is plain data: without aliases, binary
 * values, objects of Ruby, and keys that aren't text. `source` names the file in messages.
 *
 * Throws `yaml-broken` with the place, or `yaml-unusable` for what isn't YAML at all.
 */
export function readYaml(bytes: Uint8Array, source: string): YamlDocument {
  const text = decodeYaml(bytes, source);
  const { root, remarks } = compose({ text, source });
  if (root === undefined) throw unusableYaml(source, 'it is empty');
  return {
    value: root.value,
    warnings: remarks.slice(0, mostWarnings).map(({ offset, text: warning }) => {
      const { line, column } = placeAt(text, offset);
      return `${source}:${String(line)}:${String(column)}: ${warning}`;
    }),
    place: (path) => {
      const { node, keyOffset } = nodeAt(root, path);
      const empty = node.text === '' && keyOffset !== undefined;
      return placeAt(text, empty ? keyOffset : contentStart(text, node.offset));
    },
    keyPlace: (path) => {
      const { node, keyOffset } = nodeAt(root, path);
      return placeAt(text, keyOffset ?? contentStart(text, node.offset));
    },
  };
}
