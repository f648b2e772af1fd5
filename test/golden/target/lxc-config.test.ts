import { describe, expect, it } from 'vitest';
import { containerConfig, type ContainerFacts } from '../../../src/target/lxc/configuration/config.js';

const facts: ContainerFacts = {
  name: 'gitian-0123456789ab',
  spec: { suite: 'bookworm', architecture: 'amd64', distro: 'debian', memory: 2000, processors: 2 },
  init: '/usr/bin/catatonit',
  seccomp: '/package/share/lxc/system-calls',
  controlGroups: { version: 1, controllers: new Set(['cpu', 'devices', 'memory', 'pids']), swap: true },
  hostProcessors: 8,
  bridge: undefined,
};

const variants: Record<string, ContainerFacts> = {
  'amd64, control groups of the first generation': facts,
  'i386, control groups of the second generation': {
    ...facts,
    spec: { ...facts.spec, suite: 'trixie', architecture: 'i386', memory: 500, processors: 1 },
    controlGroups: { version: 2, controllers: new Set(['cpu', 'memory', 'pids']), swap: true },
  },
  'nothing to bound with, all processors, no filter, an odd init': {
    ...facts,
    init: '/opt/my tools/catatonit',
    seccomp: undefined,
    hostProcessors: 2,
    controlGroups: { version: 2, controllers: new Set(), swap: false },
  },
  'a bridge': {
    ...facts,
    controlGroups: { version: 1, controllers: new Set(['memory']), swap: false },
    bridge: { name: 'br0', guestAddress: '10.0.2.5', hostAddress: '10.0.2.2' },
  },
};

describe("a container's configuration", () => {
  it.each(Object.entries(variants))('%s', async (title, variant) => {
    const file = `lxc-config/${title.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`;
    await expect(containerConfig(variant)).toMatchFileSnapshot(file);
  });
});
