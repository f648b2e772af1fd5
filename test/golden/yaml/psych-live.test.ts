import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/yaml/read.js';
import { plainValue } from '../../../src/yaml/reading/resolve.js';
import { isList, isMap, type YamlValue } from '../../../src/yaml/value.js';
import { writeYaml } from '../../../src/yaml/write.js';
import { arbitraryMap, arbitrarySource, arbitraryText } from '../../support/samples/arbitrary-yaml.js';
import { gpgVerdicts, hasCorpus } from '../../support/corpus.js';
import { hasPsych, psychDumps, psychTrees, type PsychNode } from './psych.js';

const runs = 2000;

// Psych writes these two as they are; readers disagree on whether they end a line.
const separators = /[\u2028\u2029]/;

describe.skipIf(!hasPsych)(
  `as Ruby's Psych 4 with libyaml 0.2.5${hasPsych ? '' : ' (not installed)'}`,
  () => {
    it('writes every text byte for byte', () => {
      const texts = fc
        .sample(arbitraryText, { numRuns: runs * 3, seed: 1 })
        .filter((text) => !separators.test(text));
      expectSameBytes(texts.map((text) => new Map([['text', text]])));
    });

    it('writes every ordered map byte for byte', () => {
      const maps = fc.sample(arbitraryMap, { numRuns: runs, seed: 2 });
      expectSameBytes(
        maps.filter(
          (map) => !separators.test(writeYaml(map).replaceAll('\\L', '\u2028').replaceAll('\\P', '\u2029')),
        ),
      );
    });

    it('reads every text that both accept, and refuses nearly all that Psych refuses', () => {
      const seed = 3;
      const texts = fc.sample(arbitrarySource, { numRuns: runs * 3, seed }).filter(comparable);
      const trees = psychTrees(texts);
      let same = 0;
      let laxer = 0;
      texts.forEach((text, index) => {
        const ours = readOrRefuse(text);
        // Scalars as whole documents are of no use; in one that is indented, blocks are read otherwise.
        if (ours === undefined || !(isMap(ours.value) || isList(ours.value))) return;
        const documents = trees[index];
        // js-yaml takes tabs and a few more things where libyaml doesn't.
        if (documents === undefined) laxer += 1;
        else {
          expect({ text, value: ours.value }).toEqual({ text, value: expected(documents[0]) });
          same += 1;
        }
      });
      expect(same).toBeGreaterThan(texts.length / 10);
      expect(laxer).toBeLessThan(texts.length / 100);
    });
  },
);

describe.skipIf(!hasPsych || !hasCorpus)(
  `the corpus${hasPsych && hasCorpus ? '' : ' (it or Psych is absent)'}`,
  () => {
    it('is read as Psych reads it', () => {
      const texts = gpgVerdicts().map(({ path }) => readFileSync(path, 'utf8'));
      psychTrees(texts).forEach((documents, index) => {
        expect(readYaml(Buffer.from(texts[index] ?? ''), 'x').value).toEqual(expected(documents?.[0]));
      });
    });
  },
);

function expectSameBytes(maps: readonly ReadonlyMap<string, YamlValue>[]): void {
  const dumps = psychDumps(maps);
  let compared = 0;
  maps.forEach((map, index) => {
    const dump = dumps[index];
    // Psych itself fails with a few texts that look like broken numbers.
    if (dump === undefined) return;
    expect(writeYaml(map)).toBe(dump);
    compared += 1;
  });
  expect(compared).toBeGreaterThan(maps.length * 0.9);
}

/** Not empty, and without what is knowingly read otherwise: anchors with a name like "a:", a "!" before nothing. */
function comparable(text: string): boolean {
  return text.trim() !== '' && !/&[\w-]*[^\w\s-]|(?<!\S)!(?:\s*$|\s+[^'"])/m.test(text);
}

function readOrRefuse(text: string): { readonly value: YamlValue } | undefined {
  try {
    return { value: readYaml(Buffer.from(text), 'x').value };
  } catch {
    return undefined;
  }
}

/** What a document that both accept has to be read as. */
function expected(node: PsychNode | undefined): YamlValue {
  if (node === undefined || 'alias' in node) throw new Error('this should have been refused');
  const tag = node.tag ?? '';
  const isOrdered = /^(?:!|tag:yaml\.org,2002:)omap$/.test(tag);
  if ('text' in node) {
    // A tag without a value: text for a text, an empty map for a map; Psych says nil or "".
    if (isOrdered && node.text === '') return new Map();
    if (/^!(?:str)?$|^tag:yaml\.org,2002:str$/.test(tag) || (tag === '' && node.quoted)) return node.text;
    return plainValue(node.text);
  }
  if ('list' in node) {
    return isOrdered
      ? new Map(node.list.flatMap((item) => ('pairs' in item ? entriesOf(item.pairs) : [])))
      : node.list.map(expected);
  }
  return new Map(entriesOf(node.pairs));
}

function entriesOf(pairs: readonly (readonly [PsychNode, PsychNode])[]): readonly [string, YamlValue][] {
  return pairs.map(([key, value]) => {
    if (!('text' in key)) throw new Error('a key that is not text should have been refused');
    return [key.text, expected(value)];
  });
}
