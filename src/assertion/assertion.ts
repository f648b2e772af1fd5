import type { YamlValue } from '../yaml/value.js';
import { writeYaml } from '../yaml/write.js';
import { reportEntries, type Report } from './report.js';

/** What a builder signs: the report of a build, and what it is a build of. */
export interface Assertion extends Report {
  readonly release: string;
  /** The descriptor's name. */
  readonly name: string;
  /** Always `build` so far. */
  readonly type: string;
  /** Outputs that a verifier may miss. */
  readonly optionals: readonly string[];
}

/** The assertion as its file's text, byte for byte what the original writes. */
export function assertionToYaml(assertion: Assertion): string {
  const { release, name, type, optionals } = assertion;
  const added: [string, YamlValue][] = [
    ['release', release],
    ['name', name],
    ['type', type],
    ['optionals', optionals.length === 0 ? null : optionals],
  ];
  return writeYaml(new Map([...reportEntries(assertion), ...added]));
}
