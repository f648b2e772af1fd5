import { describe } from 'vitest';
import { cannotBuild, isRoot } from '../support/base-image.js';
import { describeMaking } from './describe-making.js';

describe.skipIf(cannotBuild || !isRoot)('make-base-vm for containers under faults (root)', () => {
  describeMaking('lxc');
});
