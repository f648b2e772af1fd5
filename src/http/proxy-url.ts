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
