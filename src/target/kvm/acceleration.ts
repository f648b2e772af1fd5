import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';

/** How QEMU runs the guest's instructions: by the processor itself, on Linux or macOS, or by translating each. */
export type Acceleration = 'kvm' | 'hvf' | 'tcg';

/** What the choice depends on. */
export interface AccelerationFacts {
  readonly platform: string;
  /** Whether this user may open `/dev/kvm`. */
  readonly opensKvm: boolean;
  /** `/proc/cpuinfo`, empty where there is none. */
  readonly cpuinfo: string;
}

/** A choice, and why it isn't a faster one. */
export interface ChosenAcceleration {
  readonly acceleration: Acceleration;
  readonly slowBecause: string | undefined;
}

/** Whether a word of the environment names a way. */
export function isAcceleration(word: string): word is Acceleration {
  return word === 'kvm' || word === 'hvf' || word === 'tcg';
}

/**
 * The fastest way that works. `/dev/kvm` may open on a processor that can't run a guest's kernel, one that is itself
 * emulated for instance: only what the processor shows counts.
 */
export function chooseAcceleration(facts: AccelerationFacts): ChosenAcceleration {
  if (facts.platform === 'darwin') return { acceleration: 'hvf', slowBecause: undefined };
  const slowBecause = reasonAgainstKvm(facts);
  return { acceleration: slowBecause === undefined ? 'kvm' : 'tcg', slowBecause };
}

function reasonAgainstKvm({ platform, opensKvm, cpuinfo }: AccelerationFacts): string | undefined {
  if (platform !== 'linux') return 'this system has no KVM';
  if (!/^flags\s*:.*\b(?:vmx|svm)\b/m.test(cpuinfo)) return 'the processor shows neither vmx nor svm';
  return opensKvm ? undefined : '"/dev/kvm" can\'t be opened';
}

/** Looks at this host. */
export async function accelerationFacts(): Promise<AccelerationFacts> {
  const opensKvm = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  const cpuinfo = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return { platform: process.platform, opensKvm, cpuinfo };
}
