import { failure } from '../core/errors/gitian-error.js';
import { Findings, lineOnly } from '../yaml/findings.js';
import { readYaml, type YamlDocument } from '../yaml/read.js';
import { isList, isMap, type YamlPath, type YamlValue } from '../yaml/value.js';
import type { SignerEntry, SignerList } from './signer-list.js';

/**
 * Reads a list of signers: a YAML map of names to a fingerprint, a list of them, or a map of `keys` and `weight`.
 * Throws `signers-unusable` with all problems.
 */
export function readSigners(bytes: Uint8Array, source: string): SignerList {
  const problems = new Findings(lineOnly);
  const signers = readEntries(readYaml(bytes, source), problems);
  if (problems.count > 0) {
    throw failure('signers-unusable', { source, count: problems.count }, { lines: problems.told() });
  }
  return signers;
}

function readEntries(document: YamlDocument, problems: Findings): SignerList {
  const report = (path: YamlPath, problem: string): void => {
    problems.add(() => ({ place: document.place(path), text: problem }));
  };
  if (!isMap(document.value) || document.value.size === 0) {
    problems.add(() => ({
      place: undefined,
      text: 'it must be a map of signers to the fingerprints of their keys',
    }));
    return new Map();
  }
  return new Map([...document.value].map(([signer, value]) => [signer, readEntry(signer, value, report)]));
}

type ReportProblem = (path: YamlPath, problem: string) => void;

function readEntry(signer: string, value: YamlValue, report: ReportProblem): SignerEntry {
  if (!isMap(value)) return { keys: fingerprints(value, [signer], report), weight: 1 };
  for (const key of value.keys()) {
    if (key !== 'keys' && key !== 'weight') report([signer, key], `"${key}" is neither "keys" nor "weight"`);
  }
  const weight = value.get('weight') ?? 1;
  if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0) {
    report([signer, 'weight'], `the weight of "${signer}" must be a whole number`);
    return { keys: [], weight: 0 };
  }
  return { keys: fingerprints(value.get('keys') ?? null, [signer, 'keys'], report), weight };
}

function fingerprints(value: YamlValue, path: YamlPath, report: ReportProblem): readonly string[] {
  const values = isList(value) ? value : [value];
  if (values.length === 0) report(path, `"${String(path[0])}" has no key`);
  return values.flatMap((each, index) => {
    const text = typeof each === 'string' ? each.replace(/^0x|\s/gi, '').toUpperCase() : '';
    if (/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(text)) return [text];
    const at = isList(value) ? [...path, index] : path;
    report(at, `a key of "${String(path[0])}" must be a fingerprint of 40 hexadecimal digits`);
    return [];
  });
}
