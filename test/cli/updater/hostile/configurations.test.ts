import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newRelease } from '../../../support/updater/attacks.js';
import { updaterWorld } from '../../../support/updater/world.js';

const world = updaterWorld();

describe('a configuration', () => {
  const valid = (): string =>
    world.publisher.configuration({ lines: ['urls:', `- url: ${world.server.url('/hello.zip')}`] });
  it.each([
    [
      'weight as text',
      (text: string) => text.replace('weight: 10', 'weight: "10"'),
      /weight: expected a whole number of at least 1, not "10"/,
    ],
    ['weight with a leading zero', (text: string) => text.replace('weight: 10', 'weight: 010'), /not "010"/],
    ['weight below zero', (text: string) => text.replace('weight: 10', 'weight: -10'), /not -10/],
    [
      'weight without end',
      (text: string) => text.replace('weight: 10', 'weight: .inf'),
      /weight: expected a whole number/,
    ],
    [
      'minimum weight as text',
      (text: string) => text.replace('minimum_weight: 20', "minimum_weight: '20'"),
      /minimum_weight: expected/,
    ],
    [
      'minimum weight of zero',
      (text: string) => text.replace('minimum_weight: 20', 'minimum_weight: 0'),
      /minimum_weight: expected/,
    ],
    [
      'minimum weight missing',
      (text: string) => text.replace('minimum_weight: 20', ''),
      /minimum_weight: is missing/,
    ],
    [
      'minimum weight out of reach',
      (text: string) => text.replace('minimum_weight: 20', 'minimum_weight: 31'),
      /31 is more than all signers together have, which is 30/,
    ],
    [
      'key ID instead of a fingerprint',
      (text: string) => text.replace(/ {2}[0-9A-F]{24}([0-9A-F]{16}):/, '  $1:'),
      /expected a whole fingerprint/,
    ],
    ['path as a key', (text: string) => text.replace('key: alice', 'key: ../alice'), /expected a file name/],
  ])('with %s is refused', async (_, change, says) => {
    world.publish(newRelease);
    writeFileSync(world.at('config.yml'), change(valid()));
    const { exitCode, stderr } = await world.update();
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(2);
    expect(existsSync(world.dest)).toBe(false);
  });
});
