import type { Reach } from '../../http/addresses.js';

/** Which archives the guest's apt may use, as origins such as `http://archive.example:8080`. */
export interface ArchiveRules {
  /** Those that the user chose for the base image or the environment: wherever they are. */
  readonly chosen: ReadonlySet<string>;
  /** Those that a descriptor names: a descriptor has no say about what is reached on this host. */
  readonly named: ReadonlySet<string>;
}

/** Where tunnels may lead. */
export interface TunnelRules extends ArchiveRules {
  /** Whether https archives may lead on to any public host, as http ones may: to which ones can't be seen from outside. */
  readonly leadOn: boolean;
}

/** Whether something may be reached: how far it may lead, or why not. */
export type Access =
  { readonly granted: true; readonly reach: Reach } | { readonly granted: false; readonly reason: string };

/** What an archive may be asked for over http. */
export function archiveAccess({ origin, host }: URL, { chosen, named }: ArchiveRules): Access {
  if (chosen.has(origin)) return { granted: true, reach: 'anywhere' };
  if (named.has(origin)) return { granted: true, reach: 'elsewhere' };
  return refused(`"${host}" is an archive of neither the base image nor the descriptor`);
}

/** Where an archive may lead on to: to itself or another one, and to the world. */
export function redirectionAccess({ origin }: URL, { chosen, named }: ArchiveRules): Access {
  if (chosen.has(origin)) return { granted: true, reach: 'anywhere' };
  return { granted: true, reach: named.has(origin) ? 'elsewhere' : 'public' };
}

/** What may be tunnelled to: https archives, and where these lead on to. */
export function tunnelAccess(host: string, port: number, rules: TunnelRules): Access {
  const at = `https://${host}:${String(port)}`;
  const url = URL.canParse(at) ? new URL(at) : undefined;
  if (url === undefined) return refused(`"${host}" is no host`);
  const { origin } = url;
  if (rules.chosen.has(origin)) return { granted: true, reach: 'anywhere' };
  if (rules.named.has(origin)) return { granted: true, reach: 'elsewhere' };
  if (port === 443 && leadsOn(rules)) return { granted: true, reach: 'public' };
  return refused(`port ${String(port)} of "${host}" is no archive of the base image or the descriptor`);
}

/** Whether there are tunnels to other hosts than archives. */
export function leadsOn({ leadOn, chosen, named }: TunnelRules): boolean {
  return leadOn && [...chosen, ...named].some((origin) => origin.startsWith('https:'));
}

/** The origins that apt lines name. */
export function archiveOrigins(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [, address] = /^\s*deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?(https?:\/\/\S+)/i.exec(line) ?? [];
    return address !== undefined && URL.canParse(address) ? [new URL(address).origin] : [];
  });
}

/** A URL as this host reaches it: the guest's name for this host is its loopback. */
export function asHostReaches(url: string, guestCallsHost: string | undefined): string {
  const parsed = new URL(url);
  if (parsed.hostname !== guestCallsHost) return url;
  parsed.hostname = '127.0.0.1';
  return parsed.href;
}

function refused(reason: string): Access {
  return { granted: false, reason };
}
