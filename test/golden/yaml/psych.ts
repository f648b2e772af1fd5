import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { YamlValue } from '../../../src/yaml/value.js';
import { isList, isMap } from '../../../src/yaml/value.js';

/** Whether Ruby with Psych 4 and libyaml 0.2.5 is installed, whose bytes the writer promises. */
export const hasPsych =
  spawnSync('ruby', [
    '-rpsych',
    '-e',
    'exit(Psych::VERSION.start_with?("4.") && Psych::LIBYAML_VERSION == "0.2.5")',
  ]).status === 0;

/** What Psych writes for each map; undefined where it fails itself. */
export function psychDumps(values: readonly YamlValue[]): readonly (string | undefined)[] {
  return ask('dump', values.map(plain)).map((answer) => (typeof answer === 'string' ? answer : undefined));
}

/** A node as Psych parses it. */
export type PsychNode =
  | { readonly text: string; readonly tag: string | null; readonly quoted: boolean }
  | { readonly list: readonly PsychNode[]; readonly tag: string | null }
  | { readonly pairs: readonly (readonly [PsychNode, PsychNode])[]; readonly tag: string | null }
  | { readonly alias: true };

/** The documents of each text as Psych parses them; undefined for a text that it refuses. */
export function psychTrees(texts: readonly string[]): readonly (readonly PsychNode[] | undefined)[] {
  return ask('parse', texts).map((answer) => (Array.isArray(answer) ? (answer as PsychNode[]) : undefined));
}

function ask(question: 'dump' | 'parse', items: readonly unknown[]): unknown[] {
  const answers = execFileSync('ruby', [join(import.meta.dirname, 'psych.rb'), question], {
    input: JSON.stringify(items),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  return answers
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as unknown[])[0]);
}

function plain(value: YamlValue): unknown {
  if (isMap(value)) return { map: Array.from(value, ([key, entry]) => [key, plain(entry)]) };
  return isList(value) ? value.map(plain) : value;
}
