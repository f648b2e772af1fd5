import { describe } from 'vitest';
import { cannotMakeMachines, isRoot } from '../support/base-image.js';
import { everyFault } from '../support/faults/selection.js';
import { cannotRunMachines } from '../support/machine-remains.js';
import { describeBuild } from './describe-build.js';

const unavailable = cannotMakeMachines || cannotRunMachines || !isRoot;

// A machine whose packages are new takes a minute on an emulated processor.
describe.skipIf(unavailable || !everyFault)('gbuild on KVM (root, and GITIAN_FAULTS=all)', () => {
  describeBuild('kvm');
});
