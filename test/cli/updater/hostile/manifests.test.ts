import { describe, it } from 'vitest';
import { sha256 } from '../../../../src/core/files/hashing.js';
import { attackedInstallation, newRelease, type Attack } from '../../../support/updater/attacks.js';

const here = attackedInstallation();

const hash = sha256('two');
const manifestOf = (lines: readonly string[], more: Partial<Record<string, string>> = {}): string =>
  here.world.publisher
    .assertion({ ...newRelease, ...more })
    .replace(
      /- out_manifest: \|\n(?: {4}.*\n)+/,
      `- out_manifest: |\n${lines.map((line) => `    ${line}\n`).join('')}`,
    );

const manifests: readonly Attack[] = [
  [
    'no file',
    () => here.signedAll(here.world.publisher.assertion({ ...newRelease, files: {} })),
    /its manifest lists no file/,
  ],
  [
    'a file out of the folder',
    () => here.signedAll(manifestOf([`${hash}  ../evil`])),
    /the manifest lists a file whose name "\.\.\/evil" leads out/,
  ],
  [
    'an absolute file',
    () => here.signedAll(manifestOf([`${hash}  /etc/passwd`])),
    /"\/etc\/passwd" is absolute/,
  ],
  [
    "the updater's own manifest",
    () => here.signedAll(manifestOf([`${hash}  .gitian-manifest`])),
    /gitian-updater's own/,
  ],
  [
    'a file twice',
    () => here.signedAll(manifestOf([`${hash}  bin/hello`, `${hash}  bin/hello`])),
    /"bin\/hello" is there twice/,
  ],
  [
    'files that differ in case',
    () => here.signedAll(manifestOf([`${hash}  bin/hello`, `${hash}  BIN/hello`])),
    /differ in case only/,
  ],
  ['a line that is none', () => here.signedAll(manifestOf(['rm -rf /'])), /line 1 of out_manifest must be/],
];

describe('a package whose signed manifest lists', () => {
  it.each(manifests)('%s: refused', async (...attack) => here.refuses(attack));
});
