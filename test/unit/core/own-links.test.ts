import { afterEach, describe, expect, it, vi } from 'vitest';
import { isOwn } from '../../../src/core/files/own-links.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('whose files are as good as own ones', () => {
  it.each([
    { user: 1000, sudo: undefined, own: [0, 1000] },
    { user: 1000, sudo: '1001', own: [0, 1000] },
    { user: 0, sudo: undefined, own: [0] },
    { user: 0, sudo: '1001', own: [0, 1001] },
  ])('of user $user, with SUDO_UID $sudo: $own', ({ user, sudo, own }) => {
    vi.spyOn(process, 'getuid').mockReturnValue(user);
    vi.stubEnv('SUDO_UID', sudo);
    expect([0, 1000, 1001, 65534].filter(isOwn)).toEqual(own);
  });
});
