import type { BackendName, TargetDriver, TargetHost } from './target.js';

/** Where each backend's driver is made; imported when it is used. */
export const backends = {
  lxc: async (host) => (await import('./lxc/driver.js')).lxcDriver(host),
} as const satisfies Record<BackendName, (host: TargetHost) => Promise<TargetDriver>>;
