import { howToReplace } from '../../../core/processes/find-programs.js';
import { slirp4netns } from '../../network-programs.js';
import { networkPrograms } from './qemu-network.js';
import { qemuPackage } from './qemu-program.js';

/** Why a QEMU ended, and what to type. */
export interface EndReason {
  readonly reason: string;
  readonly hint: string;
}

/** Puts the end of a QEMU that has not begun into words; `words` is the last line that it, or what was to start it, has left. */
export function startReason(words: string, program: string): EndReason {
  const qemu = { program, package: qemuPackage };
  const missing = [qemu, ...networkPrograms].find((each) => isMissing(words, each.program));
  if (missing !== undefined)
    return { reason: `"${missing.program}" is not installed`, hint: `apt-get install ${missing.package}` };
  const [, network] = /^slirp4netns: (.+)$/.exec(words) ?? [];
  if (network !== undefined)
    return { reason: `its network can't be made: ${network}`, hint: howToReplace(slirp4netns) };
  const isOther = /: (?:unknown|invalid) option/.test(words);
  const { reason, hint } = endReason(words);
  return { reason, hint: isOther ? howToReplace(qemu) : hint };
}

/** The same of one whose guest may have spoken: the words may be its console's. */
export function endReason(words: string): EndReason {
  const reason =
    words === '' ? 'QEMU ended without a word' : `QEMU ended: ${words.replace(/^qemu-system-\w+: /, '')}`;
  return { reason, hint: 'run the command again' };
}

/** As setpriv says it, or the shell. */
function isMissing(words: string, program: string): boolean {
  return (
    words.includes(`failed to execute ${program}: No such file`) || words.endsWith(`: ${program}: not found`)
  );
}
