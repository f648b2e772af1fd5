import { readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../support/updater/run-command.js';
import { updaterWorld } from '../../support/updater/world.js';

const world = updaterWorld();

describe('wrong usage', () => {
  it.each([
    [['-d', 'dest'], '-c/--config is needed'],
    [['-c', 'config.yml'], '-d/--dest is needed'],
    [
      ['-c', 'nothing.yml', '-d', 'dest'],
      '"nothing.yml" can\'t be read: it does not exist\nhint: see what is there: ls .\n',
    ],
    [['-c', 'config.yml', '-d', 'dest', '-u', 'hello.zip'], 'the url "hello.zip" is not usable'],
    [
      ['-c', 'config.yml', '-d', 'dest', '-u', 'ftp://example.org/x'],
      'neither https, http nor file\nhint: for a file: --url "file://',
    ],
    [
      ['-c', 'config.yml', '-d', 'dest', '-w', 'long'],
      'it must be a number of at least 0 and at most 100000',
    ],
    [
      ['-c', 'config.yml', '-d', 'dest', '-w', '100001'],
      'it must be a number of at least 0 and at most 100000',
    ],
    [['-c', 'config.yml', '-d', 'dest', '--timeout', '0'], 'it must be a number above 0'],
    [['-c', 'config.yml', '-d', 'dest', '--timeout', '2147484'], 'above 0 and at most 2147483'],
    [['-c', 'config.yml', '-d', 'dest', '--nonsense'], 'unknown option'],
    [
      ['-c', 'config.yml', '-d', 'no/parent/dest'],
      "no/parent/dest\" can't be used: its folder does not exist\nhint: mkdir -p '/",
    ],
  ])('%j', async (args, words) => {
    world.configureUrl();
    const outcome = await runCommand('gitian-updater', args, { cwd: world.folder });
    expect(outcome.stderr).toContain(words);
    expect(outcome.exitCode).toBe(2);
    expect(readdirSync(world.folder)).toEqual(['config.yml']);
  });

  it('says all that is wrong with a configuration', async () => {
    writeFileSync(
      world.at('config.yml'),
      'urls:\n- url: nowhere\nsigners:\n  ABCDEF:\n    weight: "40"\n    key: ../x\nminimum_weight: -1\nextra: 1\n',
    );
    const { stderr, exitCode } = await world.update();
    expect(exitCode).toBe(2);
    expect(stderr.split('\n').slice(0, -1)).toEqual([
      'gitian-updater: config.yml has 5 problems:',
      'config.yml:2:8: urls[0].url: "nowhere" is not a URL; for a file write file:///the/path',
      'config.yml:4:3: signers: expected a whole fingerprint (40 hexadecimal digits), not "ABCDEF"',
      'config.yml:5:13: signers.ABCDEF.weight: expected a whole number of at least 1, not "40"',
      'config.yml:6:10: signers.ABCDEF.key: expected a file name without "-key.pgp", not "../x"',
      'config.yml:7:17: minimum_weight: expected a whole number of at least 1, not -1',
      'config.yml:8:1: the key "extra" is not known, and ignored',
    ]);
  });
});
