import type { BackendName, TargetDriver, TargetHost } from './target.js';

type MakeDriver = (host: TargetHost) => Promise<TargetDriver>;

/** Where each backend's driver is made; imported when it is used. */
const backends: Readonly<Record<BackendName, MakeDriver>> = {
  kvm: async (host) => (await import('./kvm/driver.js')).kvmDriver(host),
  lxc: async (host) => (await import('./lxc/driver.js')).lxcDriver(host),
  vbox: async (host) => (await import('./virtualbox/driver.js')).virtualBoxDriver(host),
};

/** The driver of a backend. */
export async function makeDriver(name: BackendName, host: TargetHost): Promise<TargetDriver> {
  return backends[name](host);
}
