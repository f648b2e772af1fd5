import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inManifest } from '../../../src/build/inputs/inputs.js';
import { baseManifest } from '../../../src/build/manifest/base-manifest.js';
import { corpus, hasCorpus } from '../../support/corpus.js';

const goldens = join(corpus, 'psych-goldens');
const files = hasCorpus ? readdirSync(goldens).filter((name) => name.endsWith('.assert')) : [];

function assertion(name: string): string[] {
  return readFileSync(join(goldens, name), 'utf8').split('\n');
}

/** The base manifests of an assertion: runs of lines `<sha256>  <file>.deb` that one block holds. */
function baseManifests(name: string): string[] {
  const manifests: string[] = [];
  for (const line of assertion(name)) {
    const [, found] = /^ +([0-9a-f]{64} {2}\S+\.deb)$/.exec(line) ?? [];
    if (found !== undefined) manifests.push(`${manifests.pop() ?? ''}${found}\n`);
    else manifests.push('');
  }
  return manifests.filter((text) => text !== '');
}

/** The lines of an assertion's `in_manifest`. */
function inManifestLines(name: string): string[] {
  const lines = assertion(name);
  const begin = lines.findIndex((line) => line.startsWith('- in_manifest: |'));
  const end = lines.findIndex((line, index) => index > begin && !line.startsWith('    '));
  return begin === -1 ? [] : lines.slice(begin + 1, end).map((line) => line.slice(4));
}

/** What the guest would have listed, in another order. */
function listingOf(manifest: string): string {
  const lines = manifest
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, sum = '', name = '', version = '', architecture = ''] =
        /^(\w+) {2}([^_]+)_([^_]+)_([^_]+)\.deb$/.exec(line) ?? [];
      return [name, decodeURIComponent(version), architecture, sum].join('\t');
    });
  return lines.reverse().join('\n');
}

describe.skipIf(!hasCorpus)('manifests that other people published (needs the corpus)', () => {
  it('are all there', () => {
    expect(files.length).toBe(68);
    expect(files.filter((name) => baseManifests(name).length > 0).length).toBeGreaterThan(50);
  });

  it.each(files)('base manifests of %s are written in the same order and form', (name) => {
    for (const manifest of baseManifests(name)) expect(baseManifest(listingOf(manifest), [])).toBe(manifest);
  });

  it.each(files.filter((name) => inManifestLines(name).length > 0))(
    'the in_manifest of %s is written the same',
    (name) => {
      const lines = inManifestLines(name);
      const last = lines.at(-1) ?? '';
      const remotes = [...last.matchAll(/git:([0-9a-f]{40}) (.+?)(?=git:|$)/g)].map(
        ([, commit = '', dir = '']) => ({ commit, dir }),
      );
      const listed = remotes.length > 0 ? lines.slice(0, -1) : lines;
      const [descriptor = '', ...inputs] = listed;
      const [, sha256 = '', app = ''] = /^(\w{64}) {2}(.+)-desc\.yml$/.exec(descriptor) ?? [];
      const inputFiles = inputs.map((line) => ({ sha256: line.slice(0, 64), name: line.slice(66) }));
      expect(inManifest({ name: app, descriptorSha256: sha256, files: inputFiles, remotes })).toBe(
        listed.map((line) => `${line}\n`).join('') + (remotes.length > 0 ? last : ''),
      );
    },
  );
});
