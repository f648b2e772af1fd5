import type { HostProgram } from '../../../core/processes/find-programs.js';
import { ip, namespacePrograms, perl, slirp4netns } from '../../network-programs.js';

/** What gives QEMU a network of its own. */
export const networkPrograms: readonly HostProgram[] = [slirp4netns, ip, ...namespacePrograms, perl];

/** The network that QEMU sends into what its guest sends. */
export type QemuNetwork =
  /** The host's, its loopback included. */
  | { readonly kind: 'host' }
  /** One of its own, behind slirp4netns, whose policies keep the host out of reach. */
  | {
      readonly kind: 'own';
      /** Whether {@link hostPort} may be one of the host's loopback. */
      readonly withLoopback: boolean;
      /** A port that may be reached at the host. */
      readonly hostPort: number | undefined;
    };

/** What `share/kvm/session.sh` calls it; `hostAddresses` are those that are kept out of reach. */
export function networkWords(network: QemuNetwork, hostAddresses: readonly string[]): string[] {
  if (network.kind === 'host') return ['host', '-', ''];
  const { withLoopback, hostPort } = network;
  return [
    withLoopback ? 'own-with-host' : 'own',
    hostPort === undefined ? '-' : String(hostPort),
    hostAddresses.join(' '),
  ];
}
