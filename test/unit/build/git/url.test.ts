import { describe, expect, it } from 'vitest';
import { isLocalUrl, isRelativeUrl, urlProblem, withoutSecrets } from '../../../../src/build/git/url.js';

describe('urls to fetch from', () => {
  it.each([
    ['https://localhost/x.git', false, false],
    ['git://localhost/x', false, false],
    ['ssh://git@localhost:22/x', false, false],
    ['git@localhost:x.git', false, false],
    ['localhost:x', false, false],
    ['/srv/x.git', true, false],
    ['../x', true, true],
    ['x y/z:1', true, true],
    ['file:///srv/x', true, false],
  ])('%s', (url, local, relative) => {
    expect(urlProblem(url)).toBeUndefined();
    expect(isLocalUrl(url)).toBe(local);
    expect(isRelativeUrl(url)).toBe(relative);
  });

  it.each([
    '',
    '-x',
    '--upload-pack=x',
    'ext::sh',
    'fd::1',
    'ftp://localhost/x',
    'HTTPS2://x',
    'a\nb',
    'a\u007f',
  ])('%j is refused', (url) => {
    expect(urlProblem(url)).toBeDefined();
  });

  it.each([
    ['https://me:geheim@localhost/x', 'https://localhost/x'],
    ['https://token@localhost/x', 'https://localhost/x'],
    ['ssh://git@localhost/x', 'ssh://git@localhost/x'],
    ['ssh://git:geheim@localhost/x', 'ssh://localhost/x'],
    ['git@localhost:x', 'git@localhost:x'],
    ['/srv/a:b@c', '/srv/a:b@c'],
    ['https://localhost/a@b', 'https://localhost/a@b'],
  ])('%s is shown as %s', (url, shown) => {
    expect(withoutSecrets(url)).toBe(shown);
  });
});
