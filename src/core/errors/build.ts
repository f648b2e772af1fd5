import { defineErrors, entry } from './define.js';

/** What ends a build once it has begun. */
export const buildErrors = defineErrors({
  'base-images-missing': entry(
    2,
    (p: { missing: readonly string[]; commands: readonly string[] }) =>
      p.missing.length === 1
        ? `there is no base image "${p.missing.join('')}"`
        : `there are no base images ${p.missing.map((name) => `"${name}"`).join(', ')}`,
    (p) => p.commands.join(' && '),
  ),
  'target-unsuitable': entry(
    2,
    (p: { target: string; problems: readonly string[] }) =>
      `the target "${p.target}" can't be made: ${p.problems.join('; ')}`,
    () => 'set memory and processors with -m and -j of gbuild, or with VMEM and NPROCS',
  ),
  'frozen-impossible': entry(
    2,
    (p: { reason: string }) => `there are no frozen packages to build with: ${p.reason}`,
    () => 'build without --frozen',
  ),
  'layer-missing': entry<object>(
    2,
    () => 'there is no layer of these packages that could be used as it is',
    () => 'build once without --frozen',
  ),
  'provisioning-failed': entry(
    1,
    (p: { step: string; reason: string; hint: string | undefined }) => `"${p.step}" failed: ${p.reason}`,
    (p) => p.hint,
  ),
  'script-failed': entry(
    1,
    (p: { outcome: string; hint: string | undefined }) => `the build script ${p.outcome}`,
    (p) => p.hint,
  ),
  'no-outputs-directory': entry(
    1,
    (p: { target: string }) =>
      `the build script removed its outputs directory in the target "${p.target}", so there is nothing to report`,
    () => 'leave the directory $OUTDIR where it is and put files into it',
  ),
});
