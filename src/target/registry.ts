import type { KeptByBackend } from './kept.js';
import type { BackendName, TargetDriver, TargetHost } from './target.js';

/** A backend, whose files are imported when they are used. */
interface Backend {
  readonly driver: (host: TargetHost) => Promise<TargetDriver>;
  /** What it keeps in a user's folder for caches. */
  readonly kept?: (cache: string) => Promise<KeptByBackend>;
}

const backends: Readonly<Record<BackendName, Backend>> = {
  kvm: {
    driver: async (host) => (await import('./kvm/driver.js')).kvmDriver(host),
    kept: async (cache) => (await import('./kvm/kept.js')).keptByKvm(cache),
  },
  lxc: { driver: async (host) => (await import('./lxc/driver.js')).lxcDriver(host) },
  vbox: { driver: async (host) => (await import('./virtualbox/driver.js')).virtualBoxDriver(host) },
};

/** The driver of a backend. */
export async function makeDriver(name: BackendName, host: TargetHost): Promise<TargetDriver> {
  return backends[name].driver(host);
}

/** What backends keep in a user's folder for caches, of those that do. */
export async function keptByBackends(cache: string): Promise<KeptByBackend[]> {
  const kept = Object.values(backends).map(async (backend) => backend.kept?.(cache));
  return (await Promise.all(kept)).filter((one) => one !== undefined);
}
