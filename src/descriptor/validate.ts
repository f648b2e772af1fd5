import { Fields } from '../yaml/fields.js';
import type { YamlDocument } from '../yaml/read.js';
import { oneOf, type TextRule } from '../yaml/rules.js';
import type { YamlPath } from '../yaml/value.js';
import type { Alternative, Descriptor, Remote, Repository } from './descriptor.js';
import { alternativeKeys, descriptorKeys, ignoredKeys, remoteKeys, repositoryKeys } from './known-keys.js';
import * as rules from './rules.js';

/** A descriptor that may be built, and what its author should know. */
export interface ValidDescriptor {
  readonly descriptor: Descriptor;
  /** Sentences with their place in front. */
  readonly warnings: readonly string[];
}

/** Validates a descriptor. Throws `descriptor-invalid` with everything that is wrong with it, and what would have been warned of. */
export function validateDescriptor(document: YamlDocument, source: string): ValidDescriptor {
  const fields = new Fields(document, source, ignoredKeys);
  const descriptor = fields.whole('descriptor-invalid', descriptorKeys, () => readDescriptor(fields));
  return { descriptor, warnings: fields.warnings };
}

function readDescriptor(fields: Fields): Descriptor {
  const text = (rule: TextRule) => (path: YamlPath) => fields.text(path, rule);
  const files = fields.list(['files'], text(rules.fileRule));
  const descriptor: Descriptor = {
    name: fields.text(['name'], rules.nameRule),
    distro: fields.optional(['distro'], (path) => fields.word(path, distroRule)) ?? 'ubuntu',
    suites: distinct(fields, 'suites', text(rules.suiteRule)),
    architectures: distinct(fields, 'architectures', (path) => fields.word(path, architectureRule)),
    packages: fields.list(['packages'], text(rules.packageRule)),
    remotes: readRemotes(fields, files),
    files,
    referenceDatetime: fields.optional(['reference_datetime'], text(rules.datetimeRule)),
    enableCache: fields.flag(['enable_cache']),
    multiarch: fields.list(['multiarch'], text(rules.foreignArchitectureRule)),
    repositories: fields.listOfMaps(['repositories'], repositoryKeys, (path) => readRepository(fields, path)),
    alternatives: fields.listOfMaps(['alternatives'], alternativeKeys, (path) =>
      readAlternative(fields, path),
    ),
    script: fields.text(['script'], rules.scriptRule),
    sudo: fields.flag(['sudo']),
    optionals: fields.list(['optionals'], text(rules.outputRule)),
    dockerImageDigests: fields.list(['docker_image_digests'], text(rules.digestRule)),
  };
  checkTogether(fields, descriptor);
  return descriptor;
}

const distroRule = oneOf('ubuntu', 'debian');
const architectureRule = oneOf('amd64', 'i386', 'linux64');

/** Files and clones lie in one folder, so each remote needs a name of its own there. */
function readRemotes(fields: Fields, files: readonly string[]): readonly Remote[] {
  const taken = new Set(files);
  return fields.listOfMaps(['remotes'], remoteKeys, (path) => {
    const remote = readRemote(fields, path);
    // A name that was refused is told already.
    if (remote.dir === '') return remote;
    if (taken.has(remote.dir)) {
      fields.problem([...path, 'dir'], `expected a name of its own, not ${JSON.stringify(remote.dir)} again`);
    }
    taken.add(remote.dir);
    return remote;
  });
}

function readRemote(fields: Fields, path: YamlPath): Remote {
  return {
    url: fields.text([...path, 'url'], rules.urlRule),
    dir: fields.text([...path, 'dir'], rules.dirRule),
    commit: fields.optional([...path, 'commit'], (commit) => fields.text(commit, rules.commitRule)),
  };
}

function readRepository(fields: Fields, path: YamlPath): Repository {
  return {
    source: fields.text([...path, 'source'], rules.sourceRule),
    distribution: fields.text([...path, 'distribution'], rules.distributionRule),
    packages: fields.list([...path, 'packages'], (item) => fields.text(item, rules.packageRule)),
  };
}

function readAlternative(fields: Fields, path: YamlPath): Alternative {
  return {
    package: fields.text([...path, 'package'], rules.alternativeRule),
    path: fields.text([...path, 'path'], rules.absolutePathRule),
  };
}

/** What can only be judged of several values at once. */
function checkTogether(fields: Fields, descriptor: Descriptor): void {
  const { name, remotes, referenceDatetime, suites, dockerImageDigests } = descriptor;
  if (remotes.length === 0 && referenceDatetime === undefined) {
    fields.wrong(
      ['reference_datetime'],
      `${rules.datetimeRule.expected}, as there are no remotes to take it from`,
    );
  }
  if (name === 'common' && descriptor.enableCache) {
    fields.problem(['name'], 'expected another name than "common", whose cache is the one that all share');
  }
  if (dockerImageDigests.length > 0 && dockerImageDigests.length !== suites.length) {
    fields.problem(
      ['docker_image_digests'],
      `expected as many digests as suites (${String(suites.length)}), not ${String(dockerImageDigests.length)}`,
    );
  }
}

/** The values of a list with at least one item, each once. */
function distinct<T extends string>(fields: Fields, key: string, read: (path: YamlPath) => T): readonly T[] {
  const { problemCount } = fields;
  const values = fields.filledList([key], read);
  // What stands in for a refused value repeats nothing.
  if (fields.problemCount > problemCount) return values;
  const seen = new Set<T>();
  return values.filter((value, index) => {
    if (!seen.has(value)) return seen.add(value);
    const name = `${key}[${String(index)}]`;
    fields.warn([key, index], () => `${name}: ${JSON.stringify(value)} is here again, and counts once`);
    return false;
  });
}
