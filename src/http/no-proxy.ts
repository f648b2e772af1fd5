/**
 * Whether `no_proxy` names a URL's host: a list of hosts and domains, with or without a leading dot and a port; `*` is all.
 */
export function isWithoutProxy(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, wanted = port] = /^(.*[^:]):(\d+)$/.exec(entry) ?? [];
      const domain = name.replace(/^\*?\.|[[\]]/g, '').toLowerCase();
      return wanted === port && (host === domain || host.endsWith(`.${domain}`));
    });
}
