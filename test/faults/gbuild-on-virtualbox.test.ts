import { describe } from 'vitest';
import { cannotMakeMachines, isRoot } from '../support/base-image.js';
import { everyFault } from '../support/faults/selection.js';
import { cannotRunVirtualBox } from '../support/virtualbox/environment.js';
import { describeBuild } from './describe-build.js';

const unavailable = cannotMakeMachines || cannotRunVirtualBox || !isRoot;

describe.skipIf(unavailable || !everyFault)(
  'gbuild on the stand-in for VirtualBox (root, and GITIAN_FAULTS=all)',
  () => {
    describeBuild('vbox');
  },
);
