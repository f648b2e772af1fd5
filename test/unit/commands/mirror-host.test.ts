import { describe, expect, it } from 'vitest';
import { throughProxy } from '../../../src/base-image/archives/mirrors.js';
import { mirrorHost } from '../../../src/commands/options/mirror-host.js';

describe('the host of an apt-cacher-ng', () => {
  it.each([
    ['apt.example', 'http://apt.example:3142/archive.example/debian'],
    ['192.0.2.1', 'http://192.0.2.1:3142/archive.example/debian'],
    ['[::1]', 'http://[::1]:3142/archive.example/debian'],
    ['2001:DB8::7', 'http://[2001:DB8::7]:3142/archive.example/debian'],
  ])('%s is in front of the archives, with one pair of brackets at most', (said, url) => {
    const archive = 'http://archive.example/debian';
    const { main } = throughProxy(
      { main: archive, security: archive },
      mirrorHost({ MIRROR_HOST: said }) ?? '',
    );
    expect([main, new URL(main).port]).toEqual([url, '3142']);
  });

  it.each(['[[::1]]', '[::1', '[apt.example]', '[192.0.2.1]', '[:::]', 'fe80::1%eth0', 'a b', 'a:3142'])(
    'is not %j',
    (said) => {
      expect(() => mirrorHost({ MIRROR_HOST: said })).toThrow('MIRROR_HOST');
    },
  );
});
