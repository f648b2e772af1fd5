import { describe, expect, it } from 'vitest';
import { buildScript, type BuildScriptFacts } from '../../../src/build/guest/build-script.js';

const facts: BuildScriptFacts = {
  descriptor: { name: 'hello', enableCache: false, remotes: [], script: 'echo hi\n' },
  architecture: 'amd64',
  processors: 2,
  memory: 2000,
  referenceDatetime: '2014-11-16 12:00:00',
};

describe('the build script', () => {
  it('of a descriptor without remotes and cache', () => {
    expect(buildScript(facts)).toBe(`#!/bin/bash
set -e
export LANG='en_US.UTF-8'
export LC_ALL='en_US.UTF-8'
umask 002
export OUTDIR=$HOME/out
GBUILD_BITS=64
MAKEOPTS=(-j2)
NUM_PROCS=2
NUM_MEM=2000


REFERENCE_DATETIME='2014-11-16 12:00:00'
REFERENCE_DATE='2014-11-16'
REFERENCE_TIME='12:00:00'

cd build
echo hi
`);
  });

  it('of an i386 build with remotes and a cache', () => {
    const remotes = ['one', 'two.x'].map((dir) => ({ dir, url: 'https://localhost/x', commit: 'HEAD' }));
    const script = buildScript({
      ...facts,
      descriptor: { name: 'my-app', enableCache: true, remotes, script: 'make' },
      architecture: 'i386',
      processors: 8,
      memory: 4096,
    });
    expect(script).toBe(`#!/bin/bash
set -e
export LANG='en_US.UTF-8'
export LC_ALL='en_US.UTF-8'
umask 002
export OUTDIR=$HOME/out
GBUILD_BITS=32
GBUILD_CACHE_ENABLED=1
GBUILD_PACKAGE_CACHE=$HOME/cache/my-app
GBUILD_COMMON_CACHE=$HOME/cache/common
MAKEOPTS=(-j8)
NUM_PROCS=8
NUM_MEM=4096

(cd build/one && git reset -q --hard && git clean -q -f -d)
(cd build/two.x && git reset -q --hard && git clean -q -f -d)

REFERENCE_DATETIME='2014-11-16 12:00:00'
REFERENCE_DATE='2014-11-16'
REFERENCE_TIME='12:00:00'

cd build
make
`);
  });

  it('counts linux64 as 64 bits', () => {
    expect(buildScript({ ...facts, architecture: 'linux64' })).toContain('GBUILD_BITS=64\n');
  });
});
