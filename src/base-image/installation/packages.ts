import type { Distro } from '../../descriptor/descriptor.js';
import type { Archives } from '../archives/mirrors.js';

/** What a base image has beside the minimal install. */
const everywhere = ['build-essential', 'git', 'subversion', 'wget', 'lsb-release', 'sudo', 'pciutils'];

const locales: Readonly<Record<Distro, string>> = { debian: 'locales', ubuntu: 'language-pack-en' };

/** What a minimal install has and a guest doesn't: nothing is to happen in it by itself. */
export const leftOut = ['cron', 'cron-daemon-common', 'rsyslog'];

/** The packages of a base image; `archives` are the guest's, `further` what its backend needs. */
export function basePackages(distro: Distro, archives: Archives, further: readonly string[] = []): string[] {
  const secure = Object.values(archives).some((url: string) => url.startsWith('https:'));
  return [...everywhere, locales[distro], ...(secure ? ['ca-certificates'] : []), ...further];
}
