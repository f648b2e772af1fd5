import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';

/** How QEMU runs the guest's instructions: by the processor itself, or by translating each. */
export type Acceleration = 'kvm' | 'tcg';

/** What the choice depends on. */
export interface AccelerationFacts {
  /** Whether this user may open `/dev/kvm`. */
  readonly opensKvm: boolean;
  /** `/proc/cpuinfo`, empty where there is none. */
  readonly cpuinfo: string;
}

/** A choice, and the line that says it: a warning where it was asked for and can't work. */
export interface ChosenAcceleration {
  readonly acceleration: Acceleration;
  readonly kind: 'note' | 'warning';
  readonly text: string;
}

/** Whether a word of the environment names a way. */
export function isAcceleration(word: string): word is Acceleration {
  return word === 'kvm' || word === 'tcg';
}

/**
 * What `GITIAN_ACCEL` asks for, else the fastest way that works. `/dev/kvm` may open on a processor that can't run a
 * guest's kernel, one that is itself emulated for instance: only what the processor shows counts.
 */
export function chooseAcceleration(
  facts: AccelerationFacts,
  asked: Acceleration | undefined,
): ChosenAcceleration {
  const against = reasonAgainstKvm(facts);
  if (asked === 'tcg' || (asked === undefined && against !== undefined)) {
    const why = asked === undefined ? against : 'GITIAN_ACCEL says so';
    const text = `QEMU emulates the processor (tcg), which is slow: ${String(why)}`;
    return { acceleration: 'tcg', kind: 'note', text };
  }
  if (against === undefined)
    return { acceleration: 'kvm', kind: 'note', text: 'QEMU runs the machine with kvm' };
  const text = `QEMU runs the machine with kvm, as GITIAN_ACCEL says, although ${against}`;
  return { acceleration: 'kvm', kind: 'warning', text };
}

function reasonAgainstKvm({ opensKvm, cpuinfo }: AccelerationFacts): string | undefined {
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
  return { opensKvm, cpuinfo };
}
