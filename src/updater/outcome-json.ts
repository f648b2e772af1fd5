import { printableJson } from '../core/words/printable-json.js';
import { exitCodeOf, type Outcome } from './outcome.js';

/** An outcome for programs: one line of JSON; docs/end-users.md describes it. */
export function outcomeJson(outcome: Outcome, post: number | undefined): string {
  return printableJson({
    outcome: outcome.kind,
    exitCode: exitCodeOf(outcome),
    ...details(outcome),
    ...(post === undefined ? {} : { postExitCode: post }),
  });
}

function details(outcome: Outcome): object {
  switch (outcome.kind) {
    case 'installed':
    case 'would-install':
      return { ...outcome.package, ...outcome.changes };
    case 'waiting':
      return { release: outcome.release, until: new Date(outcome.until).toISOString(), begun: outcome.begun };
    case 'nothing-new':
      return { release: outcome.release };
    case 'not-ours':
      return { reasons: [outcome.reason, ...outcome.paths] };
    case 'not-downloaded':
      return { places: outcome.problems };
    case 'other-package':
      return { expected: outcome.expected, found: outcome.found };
    case 'downgrade':
      return { installed: outcome.installed, offered: outcome.offered };
    case 'untrusted':
      return { reasons: outcome.reasons };
  }
}
