import { describe } from 'vitest';
import { cannotBuild, isRoot } from '../support/base-image.js';
import { describeBuild } from './describe-build.js';

describe.skipIf(cannotBuild || !isRoot)('gbuild (root)', () => {
  describeBuild('lxc');
});
