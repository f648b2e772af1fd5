import { describe, expect, it } from 'vitest';
import type { Assertion } from '../../../src/assertion/assertion.js';
import { cluesOf } from '../../../src/verify/clues.js';
import { compareSigners } from '../../../src/verify/compare-signers.js';
import { explain } from '../../../src/verify/explain.js';
import { renderExplanation } from '../../../src/verify/shown/render-explanation.js';
import { sha256 } from '../../support/digest.js';
import { assertionOf, signed } from '../../support/samples/voices.js';

const commit = (digit: string): string => digit.repeat(40);

/** Packages as `name_version_arch`, with bytes of their own for each. */
const base = (...packages: string[]): Assertion['baseManifests'] =>
  new Map([['bookworm-amd64', packages.map((name) => `${sha256(name)}  ${name}.deb\n`).join('')]]);

const inputs = (at: string, file: string, descriptor: string): string =>
  `${sha256(descriptor)}  hello-desc.yml\n${sha256(file)}  hello.tar.gz\ngit:${commit(at)} hello`;

const agreeing: Assertion[] = [
  assertionOf(
    { a: '1' },
    {
      inManifest: inputs('1', 'tar', 'desc'),
      baseManifests: base('gcc_12.1_amd64', 'tzdata_2024a_all', 'make_4_amd64'),
      cachePackageManifest: `${sha256('qt')}  qt.tar\n${sha256('one')}  varies.tar\n`,
    },
  ),
  assertionOf(
    { a: '1' },
    {
      inManifest: inputs('1', 'tar', 'desc'),
      baseManifests: base('gcc_12.1_amd64', 'tzdata_2024b_all', 'make_4_amd64'),
      cachePackageManifest: `${sha256('qt')}  qt.tar\n${sha256('two')}  varies.tar\n`,
    },
  ),
];
const dissent = (other: Partial<Assertion>): Assertion => ({
  ...assertionOf({ a: '2' }),
  ...agreeing[0],
  ...other,
});
const clues = (...assertions: Assertion[]): ReturnType<typeof cluesOf> =>
  cluesOf(
    assertions.map((assertion, index) => ({ signer: `d${String(index)}`, assertion })),
    agreeing,
  );

describe('cluesOf', () => {
  it('finds nothing where nothing else is different', () => {
    expect(clues(dissent({}))).toEqual([]);
  });

  it('puts commit, input, descriptor, cached and package in this order', () => {
    const found = clues(
      dissent({
        inManifest: inputs('2', 'other tar', 'other desc'),
        baseManifests: base('gcc_12.2_amd64', 'tzdata_2024a_all', 'make_4_amd64'),
        cachePackageManifest: `${sha256('other qt')}  qt.tar\n`,
      }),
    );
    expect(found.map(({ kind, certainty, subject }) => [kind, certainty, subject])).toEqual([
      ['commit', 'known', 'hello'],
      ['input-file', 'known', 'hello.tar.gz'],
      ['descriptor', 'known', 'hello-desc.yml'],
      ['cached', 'hint', 'qt.tar'],
      ['base-package', 'hint', 'bookworm-amd64 gcc:amd64'],
    ]);
    expect(found[0]).toMatchObject({ found: [commit('2')], expected: [commit('1')] });
    expect(found[4]).toMatchObject({ found: ['12.2'], expected: ['12.1'] });
  });

  it('leaves out what one who agrees has too', () => {
    const shared = base('gcc_12.1_amd64', 'tzdata_2024b_all', 'make_4_amd64');
    expect(clues(dissent({ baseManifests: shared }))).toEqual([]);
  });

  it('leaves out cached files in which those who agree differ themselves', () => {
    const cachePackageManifest = `${sha256('qt')}  qt.tar\n${sha256('three')}  varies.tar\n`;
    expect(clues(dissent({ cachePackageManifest }))).toEqual([]);
  });

  it('has what they lack and all others have, and what they alone have', () => {
    const found = clues(
      dissent({ baseManifests: base('gcc_12.1_amd64', 'tzdata_2024a_all', 'nasm_2_amd64') }),
    );
    expect(found).toMatchObject([
      { subject: 'bookworm-amd64 nasm:amd64', found: ['2'], expected: [] },
      { subject: 'bookworm-amd64 make:amd64', found: [], expected: ['4'] },
    ]);
  });

  it('shows the same version with other bytes as what it is', () => {
    const manifest = `${sha256('evil')}  gcc_12.1_amd64.deb\n`;
    const [first] = clues(dissent({ baseManifests: new Map([['bookworm-amd64', manifest]]) }));
    expect(first).toMatchObject({
      subject: 'bookworm-amd64 gcc:amd64',
      found: [`12.1 with SHA-256 ${sha256('evil')}`],
      expected: [`12.1 with SHA-256 ${sha256('gcc_12.1_amd64')}`],
    });
  });

  it('puts what is true of most first, then compilers', () => {
    const both = base('gcc_12.2_amd64', 'tzdata_2024c_all', 'make_4_amd64');
    const one = base('gcc_12.2_amd64', 'tzdata_2024c_all', 'make_5_amd64');
    expect(
      clues(dissent({ baseManifests: both }), dissent({ baseManifests: one })).map(({ subject, signers }) => [
        subject.split(' ')[1],
        signers,
      ]),
    ).toEqual([
      ['gcc:amd64', ['d0', 'd1']],
      ['tzdata:all', ['d0', 'd1']],
      ['make:amd64', ['d1']],
    ]);
  });
});

describe('explain', () => {
  const [one, two] = agreeing;
  const signers = [
    ...(one && two ? [signed('alice', one), signed('bob', two)] : []),
    signed('mallory', {
      ...dissent({ inManifest: inputs('2', 'tar', 'desc') }),
      outManifest: assertionOf({ a: '2' }).outManifest,
    }),
    signed('nick', { ...dissent({}), outManifest: assertionOf({ a: '3', b: '1' }).outManifest }),
    signed('oscar', { ...dissent({}), outManifest: one?.outManifest ?? '', release: '0.9' }),
  ];
  const report = compareSigners(signers, {
    subject: { release: '1.0', name: 'hello' },
    compareTo: undefined,
    strict: false,
    weightOf: () => 1,
  });

  it('says what is known, what is not, and whose', () => {
    expect(explain(report).map((each) => renderExplanation(each).join('\n'))).toEqual([
      [
        'mallory:',
        '  differs: a',
        `  known: commit of hello is ${commit('2')}; those who agree have ${commit('1')}`,
      ].join('\n'),
      [
        'nick:',
        '  differs: a',
        '  extra: b',
        '  nothing that the assertions list explains it: same commits, inputs and packages as those who agree',
      ].join('\n'),
      ['oscar:', '  the assertion is of release "0.9", not of "1.0"; the outputs are the same'].join('\n'),
    ]);
  });
});
