import { isRemoteUrl } from '../../descriptor/remote-url.js';

/** Why `url` can't be fetched from, or undefined if git may try. */
export function urlProblem(url: string): string | undefined {
  if (url === '') return 'it is empty';
  if (url.startsWith('-')) return 'it begins with "-"';
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(url)) return 'it contains a control character';
  const helper = /^([A-Za-z0-9][A-Za-z0-9+.-]*)::/.exec(url)?.[1];
  if (helper !== undefined) return `git's "${helper}" transport is not allowed`;
  const scheme = /^([A-Za-z0-9][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1];
  if (scheme !== undefined && !schemes.has(scheme))
    return `"${scheme}" is none of ${[...schemes].join(', ')}`;
  return isRemoteUrl(url) ? undefined : 'its host or path is not one that git may fetch from';
}

const schemes = new Set(['https', 'http', 'ssh', 'git', 'file']);

/** Whether `url` names files of this host, as git sees it: a path without a colon before its first slash, or `file://`. */
export function isLocalUrl(url: string): boolean {
  return url.startsWith('file://') || !/^[^/]*:/.test(url);
}

/** Whether `url` is a path that git takes from the clone's own folder. */
export function isRelativeUrl(url: string): boolean {
  return isLocalUrl(url) && !url.startsWith('/') && !url.startsWith('file:');
}

/** `url` without the user's secrets, to be shown or kept. */
export function withoutSecrets(url: string): string {
  return url
    .replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/@]*:[^/@]*@/, '$1')
    .replace(/^(https?:\/\/)[^/@]*@/, '$1');
}
