import { failure } from '../core/errors/gitian-error.js';
import { nameProblem } from '../core/words/safe-names.js';
import { readYaml } from '../yaml/read.js';
import { isMap, type YamlPath } from '../yaml/value.js';
import { ConfigurationFields } from './configuration-fields.js';
import {
  defaultMaximumSize,
  longestWait,
  type Configuration,
  type FeedSource,
  type TrustedSigner,
  type UrlSource,
} from './configuration.js';
import { urlProblem } from './http/url.js';

/** Reads a configuration file. Throws `configuration-invalid` with every problem and its place, or what `readYaml` throws. */
export function readConfiguration(
  bytes: Uint8Array,
  source: string,
): { readonly configuration: Configuration; readonly warnings: readonly string[] } {
  const document = readYaml(bytes, source);
  const fields = new ConfigurationFields(document, source);
  const configuration = isMap(document.value) ? configurationIn(fields) : undefined;
  if (configuration === undefined)
    fields.problem([], 'it must be a map with urls, signers and minimum_weight');
  else if (fields.problems.count === 0) demandReachable(fields, configuration);
  const { problems } = fields;
  if (configuration === undefined || problems.count > 0)
    throw failure('configuration-invalid', problems.summary(source), { lines: problems.below() });
  return { configuration, warnings: [...document.warnings, ...fields.warnings.told()] };
}

function configurationIn(fields: ConfigurationFields): Configuration {
  const configuration: Configuration = {
    name: fields.optional(['name'], (path) => fields.text(path)),
    urls: fields.list(['urls'], (path) => urlSource(fields, path)),
    rss: fields.list(['rss'], (path) => feedSource(fields, path)),
    signers: signers(fields),
    minimumWeight: fields.whole(['minimum_weight']),
    waitingPeriod: fields.optional(['waiting_period'], (path) => fields.amount(path, longestWait)) ?? 0,
    maximumSize:
      (fields.optional(['maximum_size'], (path) => fields.whole(path)) ?? 0) * 1024 ** 2 ||
      defaultMaximumSize,
  };
  fields.warnUnknown([], knownKeys.top);
  return configuration;
}

const knownKeys = {
  top: ['name', 'urls', 'rss', 'signers', 'minimum_weight', 'waiting_period', 'maximum_size'],
  url: ['url', 'version_url'],
  feed: ['url', 'xpath', 'pattern'],
  signer: ['weight', 'name', 'key', 'keyid'],
} as const;

function urlSource(fields: ConfigurationFields, path: YamlPath): UrlSource {
  fields.warnUnknown(path, knownKeys.url);
  return {
    url: url(fields, [...path, 'url']),
    versionUrl: fields.optional([...path, 'version_url'], (version) => url(fields, version)),
  };
}

function feedSource(fields: ConfigurationFields, path: YamlPath): FeedSource {
  fields.warnUnknown(path, knownKeys.feed);
  return {
    url: url(fields, [...path, 'url']),
    xpath: fields.text([...path, 'xpath']),
    pattern: fields.parsed([...path, 'pattern'], 'a regular expression', parsePattern) ?? /$^/,
  };
}

/** The original's patterns are Python's; of what differs, named groups are common. */
function parsePattern(text: string): RegExp | undefined {
  try {
    return new RegExp(text.replaceAll('(?P<', '(?<'));
  } catch {
    return undefined;
  }
}

function url(fields: ConfigurationFields, path: YamlPath): string {
  const text = fields.text(path);
  const problem = text === '' ? undefined : urlProblem(text);
  if (problem !== undefined)
    fields.problem(path, `${fields.nameOf(path)} ${JSON.stringify(text)} ${problem}`);
  return text;
}

function signers(fields: ConfigurationFields): readonly TrustedSigner[] {
  const map = fields.value(['signers']);
  if (!isMap(map) || map.size === 0) {
    fields.wrong(['signers'], 'a map of fingerprints', map);
    return [];
  }
  const seen = new Set<string>();
  return [...map.keys()].map((written) => {
    const found = signer(fields, written);
    if (seen.has(found.fingerprint))
      fields.keyProblem(['signers', written], `the signer ${found.fingerprint} is there twice`);
    seen.add(found.fingerprint);
    return found;
  });
}

function signer(fields: ConfigurationFields, written: string): TrustedSigner {
  const path = ['signers', written];
  fields.warnUnknown(path, knownKeys.signer);
  const fingerprint = hexadecimal(written);
  if (!/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(fingerprint)) {
    fields.keyProblem(
      path,
      `signers: ${JSON.stringify(written)} must be a whole fingerprint: 40 hexadecimal digits`,
    );
  }
  return {
    fingerprint,
    weight: fields.whole([...path, 'weight']),
    name: fields.optional([...path, 'name'], (at) => fields.text(at)) ?? fingerprint,
    key: fields.parsed([...path, 'key'], 'a file name without "-key.pgp"', fileStem) ?? '',
    keyId: fields.optional([...path, 'keyid'], (at) =>
      fields.parsed(at, 'the last 16 digits of a fingerprint, or all of it', keyId),
    ),
  };
}

function fileStem(text: string): string | undefined {
  return nameProblem(text) === undefined ? text : undefined;
}

function keyId(text: string): string | undefined {
  const digits = hexadecimal(text);
  return /^[0-9A-F]{16,64}$/.test(digits) ? digits : undefined;
}

/** People write fingerprints in groups, and in either case. */
function hexadecimal(text: string): string {
  return text.replaceAll(' ', '').toUpperCase();
}

function demandReachable(fields: ConfigurationFields, { signers: all, minimumWeight }: Configuration): void {
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  if (total >= minimumWeight) return;
  fields.problem(
    ['minimum_weight'],
    `minimum_weight is ${String(minimumWeight)}, but all signers together have ${String(total)}`,
  );
}
