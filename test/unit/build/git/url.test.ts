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
    ['', 'it is empty'],
    ['-x', 'it begins with "-"'],
    ['--upload-pack=x', 'it begins with "-"'],
    ['ext::sh', `git's "ext" transport is not allowed`],
    ['fd::1', `git's "fd" transport is not allowed`],
    ['ftp://localhost/x', '"ftp" is none of https, http, ssh, git, file'],
    ['HTTPS2://x', '"HTTPS2" is none of https, http, ssh, git, file'],
    ['a\nb', 'it contains a control character'],
    ['a\u007f', 'it contains a control character'],
    ['https:///x', 'its host or path is not one that git may fetch from'],
  ])('%j is refused: %s', (url, problem) => {
    expect(urlProblem(url)).toBe(problem);
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
