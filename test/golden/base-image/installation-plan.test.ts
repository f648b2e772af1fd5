import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  planInstallation,
  type InstallationFacts,
} from '../../../src/base-image/installation/installation-plan.js';
import { imageKinds } from '../../../src/base-image/image-kinds.js';
import { machineVariables } from '../../../src/base-image/machine-environment.js';

const facts = {
  debian: {
    archives: { main: 'http://archive.test/debian', security: 'http://security.test/debian-security' },
    keyrings: { own: ['/usr/share/keyrings/debian-archive-keyring.gpg'], extra: [] },
    settings: { network: [], dates: [] },
  },
  ubuntu: {
    archives: { main: 'http://archive.test/ubuntu', security: 'http://security.test/ubuntu' },
    keyrings: { own: ['/usr/share/keyrings/ubuntu-archive-keyring.gpg'], extra: [] },
    settings: { network: [], dates: [] },
  },
} satisfies Record<string, InstallationFacts>;

const direct = { proxy: undefined, hostAddress: '10.0.2.2' };

/** What is handed to make-root.sh, one thing per line. */
function shown(plan: ReturnType<typeof planInstallation>): string {
  const { keyrings, sources, guestSources, mmdebstrap, env } = plan;
  const section = (title: string, lines: readonly string[]): string =>
    `${title}\n${lines.flatMap((line) => (line === '' ? [] : `  ${line}\n`)).join('')}`;
  return [
    section('keyrings', keyrings.own),
    section('keyrings that the guest gets', keyrings.extra),
    section('sources', sources),
    section("the guest's sources", guestSources),
    section('mmdebstrap', mmdebstrap),
    ...Object.entries(env).map(([name, value]) => section(name, value.split('\n'))),
  ].join('');
}

describe('what is handed over for', () => {
  it.each([
    ['debian', 'buster', 'amd64'],
    ['debian', 'bullseye', 'amd64'],
    ['debian', 'bullseye', 'i386'],
    ['debian', 'bookworm', 'amd64'],
    ['debian', 'bookworm', 'i386'],
    ['debian', 'trixie', 'amd64'],
    ['debian', 'trixie', 'i386'],
    ['debian', 'sid', 'amd64'],
    ['ubuntu', 'bionic', 'amd64'],
    ['ubuntu', 'bionic', 'i386'],
    ['ubuntu', 'jammy', 'amd64'],
    ['ubuntu', 'noble', 'amd64'],
    ['ubuntu', 'noble', 'linux64'],
  ] as const)('%s %s %s', async (distro, suite, architecture) => {
    const choice = { distro, suite, architecture, updates: true };
    const plan = planInstallation({
      choice,
      facts: facts[distro],
      wish: direct,
      further: imageKinds.lxc.packages,
    });
    await expect(shown(plan)).toMatchFileSnapshot(
      join(import.meta.dirname, `${distro}-${suite}-${architecture}.txt`),
    );
  });

  it.each([
    ['kvm', 'debian', 'bookworm', 'amd64'],
    ['kvm', 'debian', 'bookworm', 'i386'],
    ['kvm', 'debian', 'trixie', 'i386'],
    ['kvm', 'ubuntu', 'bionic', 'i386'],
    ['kvm', 'ubuntu', 'noble', 'linux64'],
    ['vbox', 'debian', 'bookworm', 'amd64'],
    ['vbox', 'debian', 'trixie', 'i386'],
    ['vbox', 'ubuntu', 'noble', 'amd64'],
  ] as const)('%s: %s %s %s', async (backend, distro, suite, architecture) => {
    const choice = { distro, suite, architecture, updates: true };
    const plan = planInstallation({
      choice,
      facts: facts[distro],
      wish: direct,
      further: imageKinds[backend].packages,
    });
    const env = { ...plan.env, ...machineVariables({ backend, choice, disk: 12_287 }) };
    await expect(shown({ ...plan, env })).toMatchFileSnapshot(
      join(import.meta.dirname, `${backend}-${distro}-${suite}-${architecture}.txt`),
    );
  });

  it('an apt-cacher-ng, settings of the host, and a key of the mirror', async () => {
    const choice = { distro: 'debian', suite: 'bookworm', architecture: 'amd64', updates: true } as const;
    const special: InstallationFacts = {
      archives: { ...facts.debian.archives, security: 'https://security.test/debian-security' },
      keyrings: { ...facts.debian.keyrings, extra: ['/etc/apt/keyrings/mirror.gpg'] },
      settings: {
        network: ['Acquire::http::Proxy "http://proxy.test:3128";'],
        dates: ['Acquire::Check-Valid-Until "false";'],
      },
    };
    const plan = planInstallation({
      choice,
      facts: special,
      wish: { proxy: '127.0.0.1', hostAddress: '10.0.3.1' },
      further: [],
    });
    await expect(shown(plan)).toMatchFileSnapshot(join(import.meta.dirname, 'special.txt'));
  });

  it('the release alone, from an https archive, with packages of a backend', async () => {
    const choice = { distro: 'debian', suite: 'bookworm', architecture: 'amd64', updates: false } as const;
    const archives = { main: 'https://archive.test/debian', security: 'https://archive.test/debian' };
    const plan = planInstallation({
      choice,
      facts: { ...facts.debian, archives },
      wish: direct,
      further: ['openssh-server'],
    });
    await expect(shown(plan)).toMatchFileSnapshot(join(import.meta.dirname, 'release-alone.txt'));
  });
});
