import type { Emit } from '../core/events.js';
import { livelyWords } from './lively-words.js';
import type { Io } from './io.js';
import { plainWords } from './plain-words.js';
import { warningLines } from './told.js';

/** Prints what a run tells. */
export interface Words {
  readonly emit: Emit;
  /** Leaves the terminal as it was. */
  close(): void;
}

/** Words for a person: a moving line on a terminal, plain lines elsewhere. `quiet` keeps warnings only. */
export function words(io: Io, name: string, quiet: boolean): Words {
  if (quiet) return quietWords(io, name);
  return io.lively ? livelyWords(io, name) : plainWords(io, name);
}

function quietWords(io: Io, name: string): Words {
  return {
    emit: (event) => {
      if (event.kind === 'warning') io.stderr.write(warningLines(io, name, event));
      else if (event.kind === 'asked') io.stderr.write(event.text);
    },
    close: () => undefined,
  };
}
