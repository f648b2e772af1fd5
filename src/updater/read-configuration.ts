import { nameProblem } from '../core/words/safe-names.js';
import { Fields } from '../yaml/fields.js';
import { readYaml } from '../yaml/read.js';
import type { NumberRule, TextRule } from '../yaml/rules.js';
import { shown } from '../yaml/sentences.js';
import { isMap, type YamlPath } from '../yaml/value.js';
import {
  defaultMaximumSize,
  longestWait,
  type Configuration,
  type FeedSource,
  type TrustedSigner,
  type UrlSource,
} from './configuration.js';
import { urlProblem } from './http/url.js';

/** Reads a configuration file. Throws `configuration-invalid` with every problem and warning and its place, or what `readYaml` throws. */
export function readConfiguration(
  bytes: Uint8Array,
  source: string,
): { readonly configuration: Configuration; readonly warnings: readonly string[] } {
  const fields = new Fields(readYaml(bytes, source), source);
  const configuration = fields.whole('configuration-invalid', knownKeys.top, () => configurationIn(fields));
  return { configuration, warnings: fields.warnings };
}

const knownKeys = {
  top: ['name', 'urls', 'rss', 'signers', 'minimum_weight', 'waiting_period', 'maximum_size'],
  url: ['url', 'version_url'],
  feed: ['url', 'xpath', 'pattern'],
  signer: ['weight', 'name', 'key', 'keyid'],
} as const;

function configurationIn(fields: Fields): Configuration {
  const configuration: Configuration = {
    name: fields.optional(['name'], (path) => fields.text(path, anyText)),
    urls: fields.listOfMaps(['urls'], knownKeys.url, (path) => urlSource(fields, path)),
    rss: fields.listOfMaps(['rss'], knownKeys.feed, (path) => feedSource(fields, path)),
    signers: signers(fields),
    minimumWeight: fields.number(['minimum_weight'], whole),
    waitingPeriod: fields.optional(['waiting_period'], (path) => fields.number(path, hours)) ?? 0,
    maximumSize:
      (fields.optional(['maximum_size'], (path) => fields.number(path, whole)) ?? 0) * 1024 ** 2 ||
      defaultMaximumSize,
  };
  if (fields.problemCount === 0) demandReachable(fields, configuration);
  return configuration;
}

const anyText: TextRule = { expected: 'text', accepts: (text) => text !== '' };

const whole: NumberRule = {
  expected: 'a whole number of at least 1',
  accepts: (number) => Number.isSafeInteger(number) && number >= 1,
};

const hours: NumberRule = {
  expected: `a number of at least 0 and at most ${String(longestWait)}`,
  accepts: (number) => number >= 0 && number <= longestWait,
};

function urlSource(fields: Fields, path: YamlPath): UrlSource {
  return {
    url: url(fields, [...path, 'url']),
    versionUrl: fields.optional([...path, 'version_url'], (version) => url(fields, version)),
  };
}

function url(fields: Fields, path: YamlPath): string {
  const text = fields.text(path, anyText);
  const problem = text === '' ? undefined : urlProblem(text);
  if (problem !== undefined) fields.problem(path, `${shown(text)} ${problem}`);
  return text;
}

function feedSource(fields: Fields, path: YamlPath): FeedSource {
  return {
    url: url(fields, [...path, 'url']),
    xpath: fields.text([...path, 'xpath'], anyText),
    pattern: patternIn(fields.text([...path, 'pattern'], patternRule)) ?? /$^/,
  };
}

const patternRule: TextRule = {
  expected: 'a regular expression',
  accepts: (text) => text !== '' && patternIn(text) !== undefined,
};

/** The original's patterns are Python's; of what differs, named groups are common. */
function patternIn(text: string): RegExp | undefined {
  try {
    return new RegExp(text.replaceAll('(?P<', '(?<'));
  } catch {
    return undefined;
  }
}

function signers(fields: Fields): readonly TrustedSigner[] {
  const map = fields.value(['signers']);
  if (!isMap(map)) {
    fields.wrong(['signers'], 'a map of fingerprints');
    return [];
  }
  if (map.size === 0) fields.problem(['signers'], 'expected at least one fingerprint');
  const seen = new Set<string>();
  return [...map.keys()].flatMap((written) => {
    const at = ['signers', written];
    const fingerprint = hexadecimal(written);
    if (!/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(fingerprint))
      fields.keyProblem(at, `expected a whole fingerprint (40 hexadecimal digits), not ${shown(written)}`);
    if (seen.has(fingerprint)) fields.keyProblem(at, `the signer ${fingerprint} is there twice`);
    seen.add(fingerprint);
    return fields.map(at, knownKeys.signer, (path) => signer(fields, path, fingerprint)) ?? [];
  });
}

function signer(fields: Fields, path: YamlPath, fingerprint: string): TrustedSigner {
  return {
    fingerprint,
    weight: fields.number([...path, 'weight'], whole),
    name: fields.optional([...path, 'name'], (name) => fields.text(name, anyText)) ?? fingerprint,
    key: fields.text([...path, 'key'], keyNameRule),
    keyId: fields.optional([...path, 'keyid'], (id) => hexadecimal(fields.text(id, keyIdRule))),
  };
}

const keyNameRule: TextRule = {
  expected: 'a file name without "-key.pgp"',
  accepts: (text) => nameProblem(text) === undefined,
};

const keyIdRule: TextRule = {
  expected: 'the last 16 digits of a fingerprint, or all of it',
  accepts: (text) => /^[0-9A-F]{16,64}$/.test(hexadecimal(text)),
};

/** People write fingerprints in groups, and in either case. */
function hexadecimal(text: string): string {
  return text.replaceAll(' ', '').toUpperCase();
}

function demandReachable(fields: Fields, { signers: all, minimumWeight }: Configuration): void {
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  if (total >= minimumWeight) return;
  fields.problem(
    ['minimum_weight'],
    `${String(minimumWeight)} is more than all signers together have, which is ${String(total)}`,
  );
}
