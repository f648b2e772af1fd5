import { Agent as HttpAgent, request as requestHttp, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { HttpOptions } from './client.js';
import { isWithoutProxy } from './no-proxy.js';
import { proxyPlace } from './proxy-url.js';
import { TunnelAgent } from './tunnel-agent.js';

/** Who is asked for a URL, and how. */
export interface Route {
  readonly request: typeof requestHttp;
  readonly options: RequestOptions;
  /** Headers for a proxy. */
  readonly headers: Readonly<Record<string, string>>;
  /** What answers before there is a connection to the host itself, if anything does: it looks names up, too. */
  readonly by: 'host' | 'proxy' | 'tunnel';
}

/** The ways to servers, and the connections that are kept. */
export class Routes implements Disposable {
  readonly #proxies: HttpOptions['proxies'];
  readonly #direct: { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent };
  readonly #tunnels: TunnelAgent;

  constructor({ proxies, timeout, signal, keptConnections: maxSockets }: HttpOptions) {
    const keeping = maxSockets === undefined ? { keepAlive: false } : { keepAlive: true, maxSockets };
    this.#proxies = proxies;
    this.#direct = { 'http:': new HttpAgent(keeping), 'https:': new HttpsAgent(keeping) };
    this.#tunnels = new TunnelAgent({ proxy: proxies.https, timeout, signal }, keeping);
  }

  /** The way to a URL. */
  to(url: URL): Route {
    const direct = isWithoutProxy(url, this.#proxies.none);
    if (url.protocol === 'https:') {
      const isDirect = direct || this.#proxies.https === '';
      const agent = isDirect ? this.#direct['https:'] : this.#tunnels;
      return { request: requestHttps, options: { agent }, headers: {}, by: isDirect ? 'host' : 'tunnel' };
    }
    if (!direct && this.#proxies.http !== '') return this.#throughProxy(url);
    return { request: requestHttp, options: { agent: this.#direct['http:'] }, headers: {}, by: 'host' };
  }

  /** Ends what still goes on. */
  [Symbol.dispose](): void {
    for (const agent of [...Object.values(this.#direct), this.#tunnels]) agent.destroy();
  }

  /** A proxy for http is asked for the whole URL, but for what stands there for other headers, or for nobody. */
  #throughProxy({ host, pathname, search }: URL): Route {
    const { headers, ...place } = proxyPlace(this.#proxies.http);
    return {
      request: place.protocol === 'https:' ? requestHttps : requestHttp,
      options: { ...place, path: `http://${host}${pathname}${search}`, agent: this.#direct[place.protocol] },
      headers: { host, ...headers },
      by: 'proxy',
    };
  }
}
