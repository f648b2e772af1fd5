const schemes = ['https', 'http', 'ssh', 'git', 'file'];

/**
 * Whether git may fetch from `url`: a URL of a known scheme, `user@host:path`, or a path on this host. Git's transport
 * helpers (`ext::sh -c …`) run programs, and hosts or paths that begin with "-" would be options of ssh.
 */
export function isRemoteUrl(url: string): boolean {
  // Encoded line breaks have confused credential helpers.
  if (url.trim() === '' || url.length > 2000 || /\p{Cc}|%0[0ad]/iu.test(url) || url.startsWith('-'))
    return false;
  const [, scheme, rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/.exec(url) ?? [];
  if (scheme !== undefined) return schemes.includes(scheme) && isAddress(scheme, rest);
  const [, host, path = ''] = /^([^/:]*):(.*)$/.exec(url) ?? [];
  return host === undefined || (isHost(host) && /^[^:\s-]\S*$/.test(path));
}

function isAddress(scheme: string, rest: string): boolean {
  if (/[\s\\]/.test(rest)) return false;
  if (scheme === 'file') return rest.startsWith('/');
  const [, host = '', path = ''] = /^([^/]*)(.*)$/.exec(rest) ?? [];
  return isHost(host) && !path.startsWith('/-');
}

/** `host`, `host:port`, `[address]:port`, each with `user@` or `user:password@` before it. */
function isHost(host: string): boolean {
  return /^(?:[^\s@/-][^\s@/]*@)?(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::\d+)?$/.test(host);
}
