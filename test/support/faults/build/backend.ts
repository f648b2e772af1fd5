/** The backends whose builds are put under faults, and how the environment chooses them, with small machines; VirtualBox's are the stand-in's. */
export const backendSettings = {
  lxc: { USE_LXC: '1' },
  kvm: { USE_LXC: '', VMEM: '320', NPROCS: '1' },
  vbox: { USE_LXC: '', USE_VBOX: '1' },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

/** One of them. */
export type FaultyBackend = keyof typeof backendSettings;

/** Those whose base images are made in seconds from a small archive, or as a copy of the test's. */
export type QuickBackend = Exclude<FaultyBackend, 'vbox'>;
