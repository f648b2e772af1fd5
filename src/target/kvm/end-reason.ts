import { howToReplace } from '../../core/find-programs.js';
import { qemuPackage } from './qemu-program.js';

/** Why a QEMU ended, and what to type. */
export interface EndReason {
  readonly reason: string;
  readonly hint: string;
}

/** Puts the end of a QEMU into words; `words` is the last line that it, or what was to start it, has left. */
export function endReason(words: string, program: string): EndReason {
  if (isMissing(words, program))
    return { reason: `"${program}" is not installed`, hint: `apt-get install ${qemuPackage}` };
  const isOther = /: (?:unknown|invalid) option/.test(words);
  const hint = isOther ? howToReplace({ program, package: qemuPackage }) : 'run the command again';
  const reason =
    words === '' ? 'QEMU ended without a word' : `QEMU ended: ${words.replace(/^qemu-system-\w+: /, '')}`;
  return { reason, hint };
}

/** As setpriv says it, or the shell. */
function isMissing(words: string, program: string): boolean {
  return (
    words.includes(`failed to execute ${program}: No such file`) || words.endsWith(`: ${program}: not found`)
  );
}
