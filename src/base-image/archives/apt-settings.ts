import { run } from '../../core/processes/process.js';

/** How this host's apt reaches archives, and how strict it is about their dates. */
export interface AptSettings {
  /** Proxies, retries and the like: for making the image. */
  readonly network: readonly string[];
  /** Dates of indexes: for the guest as well, since it uses the same archives. */
  readonly dates: readonly string[];
}

/** Asks apt for the settings of this host. */
export async function hostAptSettings(): Promise<AptSettings> {
  const result = await run({
    program: 'apt-config',
    args: ['dump', '--format', '%f "%v";%n', 'Acquire'],
    check: false,
  }).catch(() => undefined);
  return chooseSettings(result?.exitCode === 0 ? result.stdout : '');
}

/** Picks what matters out of `apt-config dump Acquire`. */
export function chooseSettings(dump: string): AptSettings {
  const lines = dump.split('\n').filter((line) => line.endsWith('";') && !line.endsWith(' "";'));
  const named = (names: string): string[] =>
    lines.filter((line) => new RegExp(`^Acquire::(?:${names})(?:::\\S+)? "`, 'i').test(line));
  return {
    network: named('https?|Retries|ForceIPv[46]|Queue-Mode'),
    dates: named('Check-Valid-Until|Check-Date|M(?:ax|in)-ValidTime|Max-FutureTime'),
  };
}
