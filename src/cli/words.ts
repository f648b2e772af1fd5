import type { Emit } from '../core/events.js';
import type { Io } from './io.js';
import { plainWords } from './plain-words.js';
import { warningLines } from './told.js';

/** Prints what a run tells. */
export interface Words {
  readonly emit: Emit;
  /** Leaves the terminal as it was. */
  close(): void;
}

/** Makes the words of a run of the command `name`; `quiet` keeps warnings only. */
export type MakeWords = (io: Io, name: string, quiet: boolean) => Words;

/** Words for a person: plain lines, or with a moving line on a lively terminal, which is loaded only for one. */
export async function wordsFor({ lively }: Pick<Io, 'lively'>): Promise<MakeWords> {
  const speak = lively ? (await import('./lively-words.js')).livelyWords : plainWords;
  return (io, name, quiet) => (quiet ? quietWords(io, name) : speak(io, name));
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
