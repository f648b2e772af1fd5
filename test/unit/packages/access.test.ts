import { describe, expect, it } from 'vitest';
import {
  archiveAccess,
  archiveOrigins,
  asHostReaches,
  redirectionAccess,
  tunnelAccess,
} from '../../../src/packages/cache/access.js';
import { isWithin, literalAddress } from '../../../src/packages/cache/addresses.js';
import { guard } from '../../../src/packages/cache/guard.js';

const rules = {
  chosen: new Set(['http://127.0.0.1:8000', 'https://chosen.example']),
  named: new Set(['http://named.example', 'https://named.example:8443']),
};

describe('what the guest may ask for', () => {
  it.each([
    ['http://127.0.0.1:8000/debian/x', 'anywhere'],
    ['http://named.example/x', 'elsewhere'],
    ['http://named.example:8080/x', undefined],
    ['http://127.0.0.1:6379/', undefined],
    ['http://other.example/', undefined],
  ])('%s: %s', (url, reach) => {
    const access = archiveAccess(new URL(url), rules);
    expect(access.granted ? access.reach : undefined).toBe(reach);
  });

  it.each([
    ['chosen.example', 443, 'anywhere'],
    ['named.example', 8443, 'elsewhere'],
    ['named.example', 443, 'public'],
    ['other.example', 443, 'public'],
    ['other.example', 22, undefined],
    ['other.example', 8443, undefined],
    ['127.0.0.1', 8000, undefined],
    ['%', 443, undefined],
  ])('a tunnel to %s:%d: %s', (host, port, reach) => {
    const access = tunnelAccess(host, port, { ...rules, leadOn: true });
    expect(access.granted ? access.reach : undefined).toBe(reach);
    const without = tunnelAccess(host, port, { ...rules, leadOn: false });
    expect(without.granted ? without.reach : undefined).toBe(reach === 'public' ? undefined : reach);
  });

  it('is no tunnel to elsewhere where no archive is one of https', () => {
    const http = { chosen: new Set(['http://chosen.example']), named: new Set<string>() };
    expect(tunnelAccess('other.example', 443, { ...http, leadOn: true }).granted).toBe(false);
  });

  it.each([
    ['http://127.0.0.1:8000/x', 'anywhere'],
    ['http://named.example/x', 'elsewhere'],
    ['https://cdn.example/x', 'public'],
  ])('an archive may lead to %s: %s', (url, reach) => {
    expect(redirectionAccess(new URL(url), rules)).toEqual({ granted: true, reach });
  });
});

describe('how far a connection may lead', () => {
  const own = ['192.0.2.7', '2001:db8::7'];
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
    ['fd00::1', true, false],
    ['::ffff:10.0.0.1', true, false],
    ['203.0.113.1', true, true],
    ['2001:db8::1', true, true],
  ])('%s is elsewhere: %s, is public: %s', (address, elsewhere, isPublic) => {
    expect(isWithin('anywhere', address, own)).toBe(true);
    expect(isWithin('elsewhere', address, own)).toBe(elsewhere);
    expect(isWithin('public', address, own)).toBe(isPublic);
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
      'is not where this archive may be',
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
    expect(error).toMatchObject({ message: '"ip6-localhost" is not where this archive may be' });
  });

  it('finds the address that a host is', () => {
    expect(['10.0.0.1', '[::1]', 'a.example'].map(literalAddress)).toEqual(['10.0.0.1', '::1', undefined]);
  });
});

describe('archives', () => {
  it('are found in apt lines', () => {
    expect(
      archiveOrigins([
        'deb http://a.example/debian bookworm main',
        'deb [arch=amd64 signed-by=/x] HTTPS://B.example:8443/ ./',
        'deb-src http://c.example/ x main',
        'deb file:/srv ./',
        '# deb http://d.example/ x main',
        'deb http://%/ x',
        '',
      ]),
    ).toEqual(['http://a.example', 'https://b.example:8443', 'http://c.example']);
  });

  it('of this host are called otherwise by the guest', () => {
    expect(asHostReaches('http://10.0.2.2:8000/x', '10.0.2.2')).toBe('http://127.0.0.1:8000/x');
    expect(asHostReaches('http://10.0.2.3:8000/x', '10.0.2.2')).toBe('http://10.0.2.3:8000/x');
    expect(asHostReaches('http://10.0.2.2:8000/x', undefined)).toBe('http://10.0.2.2:8000/x');
  });
});
