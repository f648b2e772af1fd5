import { failure, type GitianError } from '../../../core/errors/gitian-error.js';
import { howToReplace, programsMissing, type HostProgram } from '../../../core/processes/find-programs.js';
import { lastLine } from '../../../core/processes/process.js';
import { packageOf } from '../needed-programs.js';

/** Why a session didn't come up, in words, and what to type. */
export interface FailureReason {
  readonly reason: string;
  readonly hint: string | undefined;
}

/**
 * Puts the failure of a session into words. `stage` is what the session said, or undefined when it never spoke;
 * `words` is what its programs wrote: the end of `var/target.log`.
 */
export function failureReason(stage: string | undefined, words: string): FailureReason {
  const missing = missingProgram(words);
  if (missing !== undefined)
    return told(`"${missing}" is not installed`, `apt-get install ${packageOf(missing)}`);
  const other = otherProgram(words);
  if (other !== undefined) return told(other.complaint, howToReplace(other));
  const last = lastLine(withoutLxc(words));
  const complaint = firstLxcError(words) ?? last;
  if (complaint.includes('Too many open files')) return told(complaint, 'allow more of them: ulimit -n');
  switch (stage) {
    case undefined:
      return told(last === '' ? 'its session ended without a word' : last);
    case 'run-folder':
      return told(`"/run/gitian" can't be made: ${last}`);
    case 'target-folder':
      return told(`its folder can't be used: ${last}`, 'make-clean-vm makes it anew');
    case 'mount-base':
      return told(
        `its base image can't be mounted: ${last}`,
        'make-base-vm makes it again; the kernel needs squashfs and loop devices',
      );
    case 'mount-overlay':
      return told(
        `an overlay can't be mounted in the workspace: ${last}`,
        'work in a directory on ext4, xfs, btrfs or tmpfs',
      );
    case 'layer':
      return told('the layer that it starts from is gone', 'gbuild or make-clean-vm makes it anew');
    case 'rules':
      return told(
        `the rules of its network can't be set: ${last}`,
        'apt-get install iproute2; the kernel needs policies for IP (CONFIG_XFRM_USER)',
      );
    case 'network':
      return told(
        ended('slirp4netns', last),
        'slirp4netns --version; apt-get install --reinstall slirp4netns',
      );
    default:
      return told(
        firstLxcError(words) ?? ended('lxc-start', last),
        'lxc-start --version; apt-get install --reinstall lxc catatonit',
      );
  }
}

/** The failure of a program that our scripts start, where their words tell that it is missing or isn't what it is taken for. */
export function programFailure(words: string): GitianError | undefined {
  const missing = missingProgram(words);
  if (missing !== undefined) return programsMissing([{ program: missing, package: packageOf(missing) }]);
  const other = otherProgram(words);
  if (other === undefined) return undefined;
  const { program, complaint } = other;
  return failure('process-failed', { program, outcome: 'failed', words: complaint }).withHint(
    howToReplace(other),
  );
}

/** LXC's first complaint; those after it are consequences. */
export function firstLxcError(log: string): string | undefined {
  const line = log.split('\n').find((text) => / ERROR +\w/.test(text));
  return line === undefined ? undefined : lastLine(line.replace(/^.* ERROR +.*?:\d+ - /, ''));
}

/** A program that isn't what our scripts take it for, and what it says of that; others complain of what follows. */
function otherProgram(words: string): (HostProgram & { readonly complaint: string }) | undefined {
  const found = /^([a-z][\w-]*): (?:unknown|unrecognized|invalid) option.*/m.exec(words);
  if (found === null) return undefined;
  const [complaint, program = ''] = found;
  return { program, package: packageOf(program), complaint };
}

/** What a shell, or a program that starts others, says of a program that one of our scripts wants. */
function missingProgram(words: string): string | undefined {
  const [, started] = /^set(?:sid|priv): failed to execute ([\w.-]+): No such file/m.exec(words) ?? [];
  if (started !== undefined) return started;
  return /\/share\/lxc\/[\w.-]+: (?:line )?\d+: ([\w.-]+): (?:command )?not found$/m.exec(words)?.[1];
}

/** What others than LXC say, which complains of what follows from that. */
function withoutLxc(log: string): string {
  return log
    .split('\n')
    .filter((line) => !/ ERROR +\w/.test(line))
    .join('\n');
}

function ended(program: string, words: string): string {
  return words === '' ? `${program} ended without a word` : `${program} ended: ${words}`;
}

function told(reason: string, hint?: string): FailureReason {
  return { reason, hint };
}
