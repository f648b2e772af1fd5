import { describe } from 'vitest';
import { cannotBuild, cannotMakeMachines, isRoot } from '../support/base-image.js';
import { describeMaking } from './describe-making.js';

describe.skipIf(cannotBuild || cannotMakeMachines || !isRoot)(
  'make-base-vm for machines under faults (root)',
  () => {
    describeMaking('kvm');
  },
);
