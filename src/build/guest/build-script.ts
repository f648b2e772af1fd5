import type { Architecture, Descriptor } from '../../descriptor/descriptor.js';
import { quoteWord } from '../../core/processes/shell-quote.js';

/** What the build script's text depends on. */
export interface BuildScriptFacts {
  readonly descriptor: Pick<Descriptor, 'name' | 'enableCache' | 'remotes' | 'script'>;
  readonly architecture: Architecture;
  readonly processors: number;
  /** In MiB. */
  readonly memory: number;
  /** `YYYY-MM-DD HH:MM:SS`. */
  readonly referenceDatetime: string;
}

/**
 * The bash source that is fed to `bash -x` in the target. Names, values and order are what descriptors rely on, and
 * part of what makes the bytes; `var/build-script` holds it.
 */
export function buildScript(facts: BuildScriptFacts): string {
  return [
    '#!/bin/bash',
    'set -e',
    "export LANG='en_US.UTF-8'",
    "export LC_ALL='en_US.UTF-8'",
    'umask 002',
    'export OUTDIR=$HOME/out',
    `GBUILD_BITS=${String(bits(facts.architecture))}`,
    ...cacheVariables(facts.descriptor),
    `MAKEOPTS=(-j${String(facts.processors)})`,
    `NUM_PROCS=${String(facts.processors)}`,
    `NUM_MEM=${String(facts.memory)}`,
    '',
    ...facts.descriptor.remotes.map(({ dir }) => cleanClone(dir)),
    '',
    ...referenceVariables(facts.referenceDatetime),
    '',
    'cd build',
    facts.descriptor.script.replace(/\n?$/, '\n'),
  ].join('\n');
}

/** 32 or 64. */
export function bits(architecture: Architecture): 32 | 64 {
  return architecture === 'i386' ? 32 : 64;
}

/** What `setarch` calls the architecture: the personality that the script runs under. */
export function personality(architecture: Architecture): 'i386' | 'x86_64' {
  return architecture === 'i386' ? 'i386' : 'x86_64';
}

function cacheVariables(descriptor: Pick<Descriptor, 'name' | 'enableCache'>): string[] {
  if (!descriptor.enableCache) return [];
  return [
    'GBUILD_CACHE_ENABLED=1',
    `GBUILD_PACKAGE_CACHE=$HOME/cache/${quoteWord(descriptor.name)}`,
    'GBUILD_COMMON_CACHE=$HOME/cache/common',
  ];
}

function cleanClone(dir: string): string {
  return `(cd ${quoteWord(`build/${dir}`)} && git reset -q --hard && git clean -q -f -d)`;
}

function referenceVariables(datetime: string): string[] {
  const [date = '', time = ''] = datetime.split(' ');
  return [`REFERENCE_DATETIME='${datetime}'`, `REFERENCE_DATE='${date}'`, `REFERENCE_TIME='${time}'`];
}
