import { failure } from '../core/errors/gitian-error.js';
import type { BackendName, TargetDriver, TargetHost } from './target.js';

type MakeDriver = (host: TargetHost) => Promise<TargetDriver>;

/** Where each backend's driver is made; imported when it is used. */
const backends: Readonly<Record<BackendName, MakeDriver | undefined>> = {
  kvm: async (host) => (await import('./kvm/driver.js')).kvmDriver(host),
  lxc: async (host) => (await import('./lxc/driver.js')).lxcDriver(host),
  vbox: async (host) => (await import('./virtualbox/driver.js')).virtualBoxDriver(host),
};

/** The driver of a backend. Throws `backend-unknown` for one that isn't there yet. */
export async function makeDriver(name: BackendName, host: TargetHost): Promise<TargetDriver> {
  const make = backends[name];
  if (make === undefined) throw failure('backend-unknown', { asked: name });
  return make(host);
}
