import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attackedInstallation,
  newRelease,
  oldRelease,
  without,
  type Attack,
} from '../../../support/updater/attacks.js';
import { Publisher } from '../../../support/updater/publisher.js';

const here = attackedInstallation();

let strangers: Publisher;
beforeAll(() => {
  strangers = new Publisher(['mallory']);
});
afterAll(() => {
  strangers[Symbol.dispose]();
});

const signatures: readonly Attack[] = [
  [
    'too few signers',
    () => here.members({ signers: ['bob'] }),
    /the signatures weigh 10, and at least 20 is needed/,
  ],
  [
    'strangers only',
    () => [
      ...here.members({ signers: [] }),
      ...strangers.evidence('mallory', here.world.publisher.assertion(newRelease)),
    ],
    /there is no assertion in it/,
  ],
  [
    "a stranger's key under a builder's name",
    () => [
      ...here.members({ signers: ['alice'] }),
      ...strangers.evidence('mallory', here.world.publisher.assertion(newRelease), 'bob'),
    ],
    /the key file gitian\/bob-key\.pgp is not used: it holds the key [0-9A-F]{40}, not [0-9A-F]{40}[^]*weigh 10/,
  ],
  [
    "one signer's key under many names",
    () => {
      const assertion = here.world.publisher.assertion(newRelease);
      return [
        ...here.members({ signers: [] }),
        ...['alice', 'bob', 'carol'].flatMap((name) =>
          here.world.publisher.evidence('alice', assertion, name),
        ),
      ];
    },
    /weigh 10, and at least 20 is needed/,
  ],
  [
    "one signer's assertion under many names",
    () => {
      const assertion = here.world.publisher.assertion(newRelease);
      const again = ['x', 'y', 'z'].flatMap((name) =>
        without(here.world.publisher.evidence('alice', assertion, name), `gitian/${name}-key.pgp`),
      );
      return [...here.members({ signers: ['alice'] }), ...again];
    },
    /weigh 10, and at least 20 is needed/,
  ],
  [
    'a key file with two keys',
    () => {
      const { home } = here.world.publisher;
      const both = home.export(
        here.world.publisher.fingerprint('bob'),
        here.world.publisher.fingerprint('carol'),
      );
      return here
        .members({ signers: ['alice', 'bob'] })
        .map((member) => (member.name === 'gitian/bob-key.pgp' ? { ...member, data: both } : member));
    },
    /bob-key\.pgp is not used: it holds more than one key[^]*weigh 10/,
  ],
  [
    'a key file that is none',
    () =>
      here
        .members({ signers: ['alice', 'bob'] })
        .map((member) => (member.name === 'gitian/bob-key.pgp' ? { ...member, data: 'key' } : member)),
    /bob-key\.pgp is not used: it is not OpenPGP data[^]*weigh 10/,
  ],
  [
    'signatures of another release',
    () => {
      const old = here.world.publisher.assertion(oldRelease);
      const sigs = new Map(
        ['alice', 'bob', 'carol'].map((name) => [
          `gitian/${name}.assert.sig`,
          here.world.publisher.home.sign(old, here.world.publisher.fingerprint(name)),
        ]),
      );
      return here.members().map((member) => ({
        ...member,
        data: sigs.get(String(member.name)) ?? member.data ?? '',
      }));
    },
    /alice\.assert is not what was signed/,
  ],
  [
    'one signature of another release beside enough good ones',
    () => {
      const sig = here.world.publisher.home.sign(
        here.world.publisher.assertion(oldRelease),
        here.world.publisher.fingerprint('carol'),
      );
      return here
        .members()
        .map((member) => (member.name === 'gitian/carol.assert.sig' ? { ...member, data: sig } : member));
    },
    /carol\.assert is not what was signed/,
  ],
  [
    'assertions of another release',
    () => [
      ...here.members({ signers: ['alice', 'bob'] }),
      ...here.world.publisher.evidence('carol', here.world.publisher.assertion(oldRelease)),
    ],
    /alice\.assert and gitian\/carol\.assert don't agree on the outputs[^]*don't agree on the release/,
  ],
  [
    'builders who name the package differently',
    () => [
      ...here.members({ signers: ['alice', 'bob'] }),
      ...here.world.publisher.evidence(
        'carol',
        here.world.publisher.assertion({ ...newRelease, name: 'other' }),
      ),
    ],
    /don't agree on the name/,
  ],
  [
    'builders who differ about what is optional',
    () => [
      ...here.members({ signers: ['alice', 'bob'] }),
      ...here.world.publisher.evidence(
        'carol',
        here.world.publisher.assertion({ ...newRelease, optionals: ['README'] }),
      ),
    ],
    /don't agree on the optional files/,
  ],
  [
    'signatures taken away',
    () => without(here.members(), 'gitian/alice.assert.sig', 'gitian/bob.assert.sig'),
    /weigh 10/,
  ],
  [
    'signatures that are something else',
    () =>
      here
        .members()
        .map((member) =>
          String(member.name).endsWith('.sig') ? { ...member, data: 'signed, honestly' } : member,
        ),
    /there is no assertion in it/,
  ],
  ['an assertion that is no YAML', () => here.signedAll('--- [\n'), /alice\.assert:\d+:\d+: /],
  ['an assertion that is nothing', () => here.signedAll(''), /gitian\/alice\.assert: /],
  [
    'an assertion without a manifest',
    () => here.signedAll('--- !!omap\n- release: 1.1\n- name: hello\n'),
    /out_manifest is missing/,
  ],
];

describe('a package with signatures such as', () => {
  it.each(signatures)('%s: refused', async (...attack) => here.refuses(attack));
});

describe('two signers in the configuration with one key', () => {
  it('count once, with the lesser weight', async () => {
    const { home } = here.world.publisher;
    const primary = home.generate('dora <dora@example.org>');
    const subkey = home.addSubkey(primary);
    const assertion = here.world.publisher.assertion(newRelease);
    here.world.serve([
      ...here.members({ signers: ['alice'] }),
      { name: 'gitian/dora-key.pgp', data: home.export(primary) },
      { name: 'gitian/d1.assert', data: assertion },
      { name: 'gitian/d1.assert.sig', data: home.sign(assertion, `${subkey}!`) },
      { name: 'gitian/d2.assert', data: assertion },
      { name: 'gitian/d2.assert.sig', data: home.sign(assertion, `${primary}!`) },
    ]);
    const config = (minimum: number): string =>
      `urls:\n- url: ${here.world.server.url('/hello.zip')}\nsigners:\n` +
      `  ${here.world.publisher.fingerprint('alice')}: {weight: 10, key: alice}\n` +
      `  ${primary}: {weight: 7, key: dora, name: dora}\n` +
      `  ${subkey}: {weight: 5, key: dora, name: dora again, keyid: ${primary.slice(-16)}}\n` +
      `minimum_weight: ${String(minimum)}\n`;
    writeFileSync(here.world.at('config.yml'), config(16));
    const refused = await here.world.update();
    expect(refused.stderr).toContain('dora and dora again have one key');
    expect(refused.stderr).toContain('the signatures weigh 15, and at least 16 is needed');
    expect(refused.exitCode).toBe(5);
    writeFileSync(here.world.at('config.yml'), config(15));
    expect((await here.world.update()).exitCode).toBe(0);
  });
});
