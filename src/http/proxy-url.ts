import { literalAddress } from './addresses.js';

/** A proxy's URL; some write it without its scheme. */
export function proxyUrl(proxy: string): string {
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** Whether a text is the URL of a proxy that can be asked, login included. */
export function isProxy(proxy: string): boolean {
  try {
    const { protocol, username, password } = new URL(proxyUrl(proxy));
    decodeURIComponent(username + password);
    return protocol === 'http:' || protocol === 'https:';
  } catch {
    return false;
  }
}

/** Where a proxy is, as Node's requests name it, and what it is told of us. */
export interface ProxyPlace {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  /** Empty for the usual one. */
  readonly port: string;
  /** What its certificate has to be for, unless that is an address: by default it would be the host that is asked for. */
  readonly servername: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads the URL of a proxy, which {@link isProxy}. */
export function proxyPlace(proxy: string): ProxyPlace {
  const { protocol, hostname, port, username, password } = new URL(proxyUrl(proxy));
  const address = literalAddress(hostname);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  return {
    protocol: protocol === 'https:' ? 'https:' : 'http:',
    hostname: address ?? hostname,
    port,
    servername: address === undefined ? hostname : '',
    headers: login === ':' ? {} : { 'proxy-authorization': authorization },
  };
}
