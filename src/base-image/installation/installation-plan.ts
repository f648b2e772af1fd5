import { archiveArchitecture, type BaseChoice } from '../choose.js';
import { hostAptSettings, type AptSettings } from '../archives/apt-settings.js';
import { defaultArchives } from '../archives/default-archives.js';
import { hostArchives } from '../archives/host-archives.js';
import { trustedKeyrings, type TrustedKeyrings } from '../archives/keyrings.js';
import {
  asGuestReaches,
  firstKnown,
  givenArchives,
  sourceLines,
  throughProxy,
  wholeArchives,
  type Archives,
  type SomeArchives,
} from '../archives/mirrors.js';
import { mmdebstrapArguments } from './mmdebstrap.js';
import { basePackages } from './packages.js';

/** What a user says of archives, on the command line and in the environment. */
export interface MirrorWish {
  /** `--mirror`, in order. */
  readonly given: readonly string[];
  readonly environment: SomeArchives;
  /** `MIRROR_HOST`: the host of an apt-cacher-ng. */
  readonly proxy: string | undefined;
  /** What the guest calls this host. */
  readonly hostAddress: string;
}

/** What was found out of the host and the archives. */
export interface InstallationFacts {
  /** The archives themselves, before any apt-cacher-ng. */
  readonly archives: Archives;
  readonly keyrings: TrustedKeyrings;
  readonly settings: AptSettings;
}

/** All that is handed to `make-root.sh`, but for what makes an image of the root file system. */
export interface InstallationPlan {
  readonly keyrings: TrustedKeyrings;
  readonly sources: readonly string[];
  readonly guestSources: readonly string[];
  readonly mmdebstrap: readonly string[];
  /** Its variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Asks the host for what the plan depends on. */
export async function installationFacts(choice: BaseChoice, wish: MirrorWish): Promise<InstallationFacts> {
  const { distro, suite } = choice;
  const given = givenArchives(wish.given);
  const [host, settings] = await Promise.all([hostArchives(distro), hostAptSettings()]);
  const known = firstKnown(distro, given, [wish.environment, host]);
  const complete = known.main !== undefined && known.security !== undefined;
  const found = complete ? known : firstKnown(distro, known, [await defaultArchives(distro, suite)]);
  const archives = wholeArchives(choice, found);
  const fromHost = archives.main === host.main || archives.security === host.security;
  const keyrings = await trustedKeyrings(choice, fromHost ? host.keyrings : []);
  return { archives, keyrings, settings };
}

/** What decides how a root file system is made. */
export interface Installation {
  readonly choice: BaseChoice;
  readonly facts: InstallationFacts;
  readonly wish: Pick<MirrorWish, 'proxy' | 'hostAddress'>;
  /** Packages of its backend. */
  readonly further: readonly string[];
}

/** Decides how a root file system is made. */
export function planInstallation({ choice, facts, wish, further }: Installation): InstallationPlan {
  const { distro, suite } = choice;
  const { settings, keyrings } = facts;
  const architecture = archiveArchitecture(choice.architecture);
  const archives = wish.proxy === undefined ? facts.archives : throughProxy(facts.archives, wish.proxy);
  const guestArchives = asGuestReaches(archives, wish.hostAddress);
  const sources = sourceLines(choice, archives);
  const guestSources = sourceLines(choice, guestArchives);
  const aptSettings = [...settings.network, ...settings.dates];
  return {
    keyrings,
    sources,
    guestSources,
    mmdebstrap: mmdebstrapArguments({
      distro,
      suite,
      architecture,
      packages: basePackages(distro, guestArchives, further),
      aptSettings,
    }),
    env: {
      GITIAN_ARCH: architecture,
      GITIAN_SOURCES: sources.join('\n'),
      GITIAN_SETTINGS: aptSettings.join('\n'),
      GITIAN_USER: distro,
      GITIAN_GUEST_SOURCES: guestSources.join('\n'),
      GITIAN_GUEST_SETTINGS: settings.dates.join('\n'),
    },
  };
}
