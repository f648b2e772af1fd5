import type { BuildFault } from './build-fault.js';
import { hostFaults } from '../host-faults.js';
import { networkFaults } from '../network/network-faults.js';

/** Everything that is tried on a build. */
export const buildFaults: readonly BuildFault[] = [...hostFaults, ...networkFaults];
