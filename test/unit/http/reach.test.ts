import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../../src/core/package-files.js';
import { hostNetworks, isWithin, literalAddress, reachFrom } from '../../../src/http/addresses.js';
import { guard } from '../../../src/http/guard.js';

describe('how far a connection may lead', () => {
  const own = ['192.0.2.7/32', '198.51.100.0/24', '2001:db8::7/128'];
  it.each([
    ['127.0.0.1', false, false],
    ['127.9.9.9', false, false],
    ['0.0.0.0', false, false],
    ['::1', false, false],
    ['::', false, false],
    ['::ffff:127.0.0.1', false, false],
    ['169.254.169.254', false, false],
    ['fe80::1', false, false],
    ['224.0.0.1', false, false],
    ['255.255.255.255', false, false],
    ['192.0.2.7', false, false],
    ['198.51.100.9', false, false],
    ['2001:db8::7', false, false],
    ['::ffff:192.0.2.7', false, false],
    ['::ffff:c000:207', false, false],
    ['2001:0db8:0::7', false, false],
    ['::ffff:169.254.169.254', false, false],
    ['::ffff:192.0.2.8', true, true],
    ['10.1.2.3', true, false],
    ['172.31.0.1', true, false],
    ['192.168.1.1', true, false],
    ['100.64.0.1', true, false],
    ['198.18.0.1', true, false],
    ['198.19.255.255', true, false],
    ['198.20.0.0', true, true],
    ['fd00::1', true, false],
    ['::ffff:10.0.0.1', true, false],
    ['168.63.129.16', false, false],
    ['100.100.100.200', false, false],
    ['192.0.0.192', false, false],
    ['192.0.0.193', true, true],
    ['::ffff:168.63.129.16', false, false],
    ['64:ff9b::7f00:1', false, false],
    ['64:ff9b::169.254.169.254', false, false],
    ['64:ff9b::a83f:8110', false, false],
    ['64:ff9b::192.0.2.7', false, false],
    ['64:ff9b::10.0.0.1', true, false],
    ['64:ff9b::203.0.113.1', true, true],
    ['64:ff9b:1::203.0.113.1', true, false],
    ['2002:cb00:7101::1', true, false],
    ['2001:0:cb00:7101::1', true, false],
    ['203.0.113.1', true, true],
    ['2001:db8::1', true, true],
  ])('%s is elsewhere: %s, is public: %s', (address, elsewhere, isPublic) => {
    expect(isWithin('anywhere', address, own)).toBe(true);
    expect(isWithin('elsewhere', address, own)).toBe(elsewhere);
    expect(isWithin('public', address, own)).toBe(isPublic);
    expect(reachFrom(address, own)).toBe(isPublic ? 'public' : elsewhere ? 'elsewhere' : 'anywhere');
  });

  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://localhost/',
    'http://a.localhost./',
  ])('refuses %s, also through a proxy', (text) => {
    expect(() => guard(new URL(text), 'elsewhere', { proxied: true })).toThrow(
      'is this host, where it may not lead',
    );
    expect(guard(new URL(text), 'anywhere', { proxied: false })).toBeUndefined();
  });

  it('refuses a name that means this host, in the moment of the connection', async () => {
    const lookup = guard(new URL('http://ip6-localhost/'), 'elsewhere', { proxied: false });
    const error = await new Promise((resolve) => {
      lookup?.('localhost', { all: true }, (problem) => {
        resolve(problem);
      });
    });
    expect(error).toMatchObject({ message: '"ip6-localhost" is this host, where it may not lead' });
  });

  it('says what is no public host', () => {
    expect(() => guard(new URL('http://10.1.2.3:81/'), 'public', { proxied: false })).toThrow(
      '"10.1.2.3:81" is no public host, and it may lead to those alone',
    );
  });

  it('keeps from this host what the rules of guests keep from it', () => {
    const script = readFileSync(packageFile('share/network/keep-out.sh'), 'utf8');
    const [, clouds = ''] = /^clouds='(.*)'$/m.exec(script) ?? [];
    const [, blocked = ''] = /^ +for address in (.*) \$clouds "\$@"; do$/m.exec(script) ?? [];
    const words = `${blocked} ${clouds}`.split(' ').map((word) => (word.includes('/') ? word : `${word}/32`));
    // The network of a guest has an address of its own for this host, and none that is the guest's itself.
    const here = hostNetworks.filter((network) => !network.includes(':') && network !== '0.0.0.0/8');
    expect(words.sort()).toEqual(['10.0.2.2/32', ...here].sort());
  });

  it('finds the address that a host is', () => {
    expect(['10.0.0.1', '[::1]', 'a.example'].map(literalAddress)).toEqual(['10.0.0.1', '::1', undefined]);
  });
});
