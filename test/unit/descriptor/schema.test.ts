import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { descriptorKeys, ignoredKeys } from '../../../src/descriptor/known-keys.js';
import { validateDescriptor } from '../../../src/descriptor/validate.js';
import { readYaml } from '../../../src/yaml/read.js';
import { isList, isMap, type YamlValue } from '../../../src/yaml/value.js';
import { realisticDescriptors } from '../../support/samples/descriptors.js';
import { descriptorText } from '../../support/samples/descriptor-text.js';
import { hostileDescriptors } from '../../support/hostile/all.js';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../share/schema/descriptor.schema.json'), 'utf8'),
) as { properties: object };

const accepts = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

/** As an editor sees it. */
function plain(value: YamlValue): unknown {
  if (isMap(value)) return Object.fromEntries(Array.from(value, ([key, entry]) => [key, plain(entry)]));
  return isList(value) ? value.map(plain) : value;
}

const judged = (bytes: Uint8Array): { schema: boolean; validator: boolean } | undefined => {
  const document = (() => {
    try {
      return readYaml(bytes, 'x.yml');
    } catch {
      return undefined;
    }
  })();
  if (document === undefined) return undefined;
  let validator = true;
  try {
    // What the validator warns of, an editor marks.
    validator = validateDescriptor(document, 'x.yml').warnings.length === 0;
  } catch {
    validator = false;
  }
  return { schema: accepts(plain(document.value)), validator };
};

/** What a schema can't say or doesn't: gbuild refuses it all the same. */
const beyondSchema = [
  /^name: the common cache$/,
  /^reference_datetime: 2023-02-29|^reference_datetime: 2024-02-29 25/,
  /^remotes: (?:two in one folder|a folder where a file is)$/,
  /^remotes\.url: /,
  /^remotes\.commit: /,
  /^docker_image_digests: more than suites$/,
  /^(?:files|name|remotes\.dir): x{60}/,
  /^repositories\.source: deb -x y$/,
  /^alternatives\.path: \/usr\/\.\./,
  /^optionals: a\/\.\.\//,
];

describe('the schema for editors', () => {
  it('has every key of the descriptor', () => {
    expect(Object.keys(schema.properties).toSorted()).toEqual([...descriptorKeys, ...ignoredKeys].toSorted());
  });

  it.each(Object.entries(realisticDescriptors))('accepts %s, as gbuild does', (_, text) => {
    expect(judged(Buffer.from(text))).toEqual({ schema: true, validator: true });
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['without a name', { name: undefined }],
    ['without suites', { suites: undefined }],
    ['with empty suites', { suites: '[]' }],
    ['without architectures', { architectures: undefined }],
    ['with another architecture', { architectures: '[arm64]' }],
    ['with another distro', { distro: 'fedora' }],
    ['without a script', { script: undefined }],
    ['with neither date nor remotes', { reference_datetime: undefined }],
    ['with neither date nor remotes, but a key for it', { reference_datetime: '' }],
    ['with a date without time', { reference_datetime: '2024-02-29' }],
    ['with a list as a name', { name: '[a]' }],
    ['with text as packages', { packages: 'curl' }],
    ['with a package that would be removed', { packages: '[curl-]' }],
    ['with a remote without a folder', { remotes: '[{url: /x}]' }],
    ['with a path as a file', { files: '[a/b]' }],
    ['with a word as a truth value', { enable_cache: 'maybe' }],
    ['with a repository that is no line of apt', { repositories: '[{source: x, distribution: y}]' }],
    ['with a relative path as an alternative', { alternatives: '[{package: x, path: y}]' }],
    ['with an unknown key', { ipackages: '[]' }],
    ['with an unknown key in a remote', { remotes: '[{url: /x, dir: x, comit: y}]' }],
  ])('refuses a descriptor %s, as gbuild does', (_, changes) => {
    expect(judged(Buffer.from(descriptorText(changes)))).toEqual({ schema: false, validator: false });
  });

  it('judges hostile descriptors as gbuild does, but for what a schema cannot say', () => {
    const otherwise = hostileDescriptors
      .filter(({ bytes }) => bytes.length < 10_000)
      .filter(({ title }) => !beyondSchema.some((pattern) => pattern.test(title)))
      .map(({ title, bytes }) => ({ title, ...judged(bytes) }))
      .filter((verdict) => 'schema' in verdict && verdict.schema !== verdict.validator);
    expect(otherwise).toEqual([]);
  });

  it('never refuses what gbuild accepts', () => {
    const stricter = hostileDescriptors
      .filter(({ bytes }) => bytes.length < 10_000)
      .map(({ title, bytes }) => ({ title, ...judged(bytes) }))
      .filter((verdict) => verdict.validator === true && verdict.schema === false);
    expect(stricter).toEqual([]);
  });
});
