import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GitianError } from '../../../../src/core/errors/gitian-error.js';
import { changed } from '../../../support/samples/arbitrary-yaml.js';
import { descriptorText } from '../../../support/samples/descriptor-text.js';
import { realisticDescriptors } from '../../../support/samples/descriptors.js';
import { problemsOf, validate } from '../../../support/samples/validated.js';

describe('a descriptor', () => {
  it.each(Object.entries(realisticDescriptors))('is accepted: %s', (_, text) => {
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(`\ufeff${text.replaceAll('\n', '\r\n')}`)).toEqual([]);
  });

  it('becomes plain typed fields', () => {
    const { descriptor, warnings } = validate(realisticDescriptors['one with every key'] ?? '');
    expect(warnings).toEqual([]);
    expect(descriptor).toEqual({
      name: 'everything',
      distro: 'ubuntu',
      suites: ['bionic', 'focal'],
      architectures: ['amd64', 'i386'],
      packages: ['g++', 'libc6-dev'],
      remotes: [
        // The digits of a hash stay what they are.
        { url: '../hello', dir: 'hello world', commit: '0123456' },
        { url: 'file:///srv/git/x.git', dir: 'x', commit: 'feature/a-b_c' },
        { url: 'ssh://git@example.org:2222/~team/y.git', dir: 'y', commit: undefined },
        { url: 'http://[::1]:8080/z', dir: 'z', commit: undefined },
      ],
      files: ['a.tar'],
      referenceDatetime: '2017-01-01 00:00:00',
      enableCache: true,
      multiarch: ['i386', 'armhf'],
      repositories: [
        {
          source:
            'deb [arch=amd64 signed-by=/usr/share/x.gpg] http://example.org/ubuntu bionic main universe',
          distribution: 'bionic',
          packages: ['gcc-9'],
        },
        { source: 'deb-src http://example.org/ubuntu ./', distribution: 'x/updates', packages: [] },
      ],
      alternatives: [{ package: 'i686-w64-mingw32-g++', path: '/usr/bin/i686-w64-mingw32-g++-posix' }],
      script: 'true',
      sudo: false,
      optionals: ['debug/hello.dbg'],
      dockerImageDigests: [`sha256:${'0'.repeat(64)}`, '1'.repeat(64)],
    });
  });

  it('has empty lists, no cache, no sudo and Ubuntu where nothing is said', () => {
    const said = validate(realisticDescriptors['one with keys that have no value'] ?? '').descriptor;
    expect(said).toMatchObject({
      distro: 'ubuntu',
      packages: [],
      remotes: [],
      files: [],
      enableCache: false,
      sudo: false,
    });
    const left = descriptorText({
      distro: undefined,
      packages: undefined,
      remotes: undefined,
      files: undefined,
    });
    expect(validate(left).descriptor).toMatchObject({
      distro: 'ubuntu',
      packages: [],
      remotes: [],
      files: [],
    });
  });

  it('takes digits as text', () => {
    const { descriptor } = validate(
      descriptorText({
        name: '2024',
        remotes: '[{url: /x, dir: 7, commit: 1234567}]',
        files: '[1, 1.10, 08]',
      }),
    );
    expect(descriptor).toMatchObject({
      name: '2024',
      remotes: [{ dir: '7', commit: '1234567' }],
      files: ['1', '1.10', '08'],
    });
  });

  it('keeps its script as it is', () => {
    expect(validate(descriptorText({ script: '|\n\n  a "$b"\n    c\\\n\n  d' })).descriptor.script).toBe(
      '\na "$b"\n  c\\\n\nd\n',
    );
  });
});

describe('any descriptor', () => {
  it('is accepted, or refused with places', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(realisticDescriptors)).chain(changed), (text) => {
        const outcome = outcomeOf(text);
        if (outcome instanceof GitianError) {
          expect(outcome.exitCode).toBe(2);
          for (const line of outcome.lines.length > 0 ? outcome.lines : [outcome.message]) {
            expect(line).toMatch(/^x\.yml:\d+:\d+: /);
          }
        } else
          expect(outcome).toMatchObject({
            descriptor: { distro: expect.stringMatching(/^(?:ubuntu|debian)$/) as unknown },
          });
      }),
      { numRuns: 1000 },
    );
  });

  const outcomeOf = (text: string): unknown => {
    try {
      return validate(text);
    } catch (error) {
      return error;
    }
  };
});
