import { failure, type GitianError } from '../core/errors/gitian-error.js';
import { suiteArch, type Configuration } from '../core/workspace.js';
import type { TargetFeatures, TargetSpec } from './target.js';

/** What a backend's targets are called, and what they can't do with less of, in MiB. */
export interface TargetLimits {
  /** Such as `a container`. */
  readonly what: string;
  readonly leastMemory: number;
}

const architectures: ReadonlySet<string> = new Set(['amd64', 'i386', 'linux64']);

/** What makes a target of this kind impossible, whichever backend it is for. */
export function specProblems({ architecture, memory }: TargetSpec, limits: TargetLimits): string[] {
  const problems: string[] = [];
  if (!architectures.has(architecture)) problems.push(`${limits.what} can't be ${architecture}`);
  if (memory < limits.leastMemory)
    problems.push(`${String(memory)} MiB of memory is less than ${String(limits.leastMemory)}`);
  return problems;
}

/** The failure that a workspace's target is up. */
export function targetRunning(configuration: Configuration): GitianError {
  return failure('target-running', { target: suiteArch(configuration) });
}

/** The failure that there is nothing to start, with what makes it. */
export function targetNotPrepared(configuration: Configuration): GitianError {
  return failure('target-not-prepared', {
    target: suiteArch(configuration),
    command: `make-clean-vm ${options(configuration)}`,
  });
}

/** What makes a base image for a backend. A distro that nobody named is left to the suite. */
export function makeBaseCommand(
  configuration: Configuration,
  { makeBaseOption }: TargetFeatures,
  distro?: string,
): string {
  const named = distro === undefined ? '' : `--distro ${distro}`;
  const words = ['make-base-vm', makeBaseOption, named, options(configuration)];
  return words.filter((word) => word !== '').join(' ');
}

function options({ suite, architecture }: Configuration): string {
  return `--suite ${suite} --arch ${architecture}`;
}
