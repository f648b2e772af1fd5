import { describe, expect, it } from 'vitest';
import {
  archiveAccess,
  archiveOrigins,
  asHostReaches,
  redirectionAccess,
  tunnelAccess,
} from '../../../src/packages/cache/access.js';

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
