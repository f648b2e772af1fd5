import { readFile } from 'node:fs/promises';
import type { Distro } from '../descriptor/descriptor.js';

/** The distribution and suite that a host runs, as far as a guest could run them too. */
export interface HostSystem {
  readonly distro: Distro;
  readonly suite: string;
}

/** What an `os-release` file says, or undefined where it is neither Debian nor Ubuntu. Debian sid names no suite of its own. */
export function parseOsRelease(text: string): HostSystem | undefined {
  const values = new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line.trim()) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')]];
    }),
  );
  const distro = values.get('ID');
  const suite = values.get('VERSION_CODENAME') ?? '';
  return (distro === 'debian' || distro === 'ubuntu') && suite !== '' ? { distro, suite } : undefined;
}

/** What this host runs. */
export async function hostSystem(path = '/etc/os-release'): Promise<HostSystem | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return parseOsRelease(text);
}
