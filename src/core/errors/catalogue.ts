import { baseImageErrors } from './base-image.js';
import { buildErrors } from './build.js';
import { cacheErrors } from './cache.js';
import { canonZipErrors } from './canon-zip.js';
import { descriptorErrors } from './descriptor.js';
import { hostErrors } from './host.js';
import { inputsErrors } from './inputs.js';
import { outputsErrors } from './outputs.js';
import { packagesErrors } from './packages.js';
import { signingErrors } from './signing.js';
import { targetErrors } from './target.js';
import { updaterErrors } from './updater.js';
import { usageErrors } from './usage.js';
import { verifyErrors } from './verify.js';

/** Every failure a user can act on, and the words for it. One room per part of the tool; codes are unique. */
export const catalogue = {
  ...usageErrors,
  ...hostErrors,
  ...targetErrors,
  ...baseImageErrors,
  ...buildErrors,
  ...cacheErrors,
  ...inputsErrors,
  ...outputsErrors,
  ...packagesErrors,
  ...signingErrors,
  ...verifyErrors,
  ...descriptorErrors,
  ...canonZipErrors,
  ...updaterErrors,
} as const;
