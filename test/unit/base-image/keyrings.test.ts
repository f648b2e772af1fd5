import { describe, expect, it } from 'vitest';
import { trustedKeyrings } from '../../../src/base-image/archives/keyrings.js';

const on =
  (...present: readonly string[]) =>
  (path: string): Promise<boolean> =>
    Promise.resolve(present.includes(path));
const debian = '/usr/share/keyrings/debian-archive-keyring.gpg';
const removed = '/usr/share/keyrings/debian-archive-removed-keys.gpg';

describe('the keyrings that are trusted', () => {
  it("are the distribution's current one", async () => {
    const found = trustedKeyrings({ distro: 'debian', suite: 'bookworm' }, [debian], on(debian, removed));
    await expect(found).resolves.toEqual({ own: [debian], extra: [] });
  });

  it('are the retired keys as well for a suite as old as they are', async () => {
    const found = trustedKeyrings({ distro: 'debian', suite: 'buster' }, [], on(debian, removed));
    await expect(found).resolves.toEqual({ own: [debian, removed], extra: [] });
  });

  it('are those of a mirror that signs for itself', async () => {
    const mirror = '/etc/apt/keyrings/mirror.gpg';
    const found = trustedKeyrings(
      { distro: 'debian', suite: 'bookworm' },
      [mirror, '/gone.gpg'],
      on(debian, mirror),
    );
    await expect(found).resolves.toEqual({ own: [debian], extra: [mirror] });
  });

  it('are missed with the package that has them', async () => {
    const found = trustedKeyrings({ distro: 'ubuntu', suite: 'noble' }, [], on(debian));
    await expect(found).rejects.toMatchObject({
      message:
        'the keys that Ubuntu\'s archive is signed with are not on this host: there is no "/usr/share/keyrings/ubuntu-archive-keyring.gpg"',
      hint: 'apt-get install ubuntu-keyring, or put the keyring there, from a machine that has it',
      exitCode: 2,
    });
  });
});
