import { describe, expect, it } from 'vitest';
import { isWithoutProxy } from '../../../src/http/no-proxy.js';

describe('isWithoutProxy', () => {
  it.each([
    ['http://example.org/', 'example.org', true],
    ['http://www.example.org/', 'example.org', true],
    ['http://www.example.org/', '.example.org', true],
    ['http://www.example.org/', '*.example.org', true],
    ['http://badexample.org/', 'example.org', false],
    ['http://example.org/', '*', true],
    ['http://example.org/', '', false],
    ['http://example.org/', 'localhost, EXAMPLE.org', true],
    ['https://example.org/', 'example.org:443', true],
    ['http://example.org/', 'example.org:443', false],
    ['http://127.0.0.1:8080/', '127.0.0.1', true],
    ['http://[::1]:8080/', '::1', true],
    ['http://[::1]:8080/', '[::1]:8080', true],
  ])('%s with %j: %s', (url, list, expected) => {
    expect(isWithoutProxy(new URL(url), list)).toBe(expected);
  });
});
