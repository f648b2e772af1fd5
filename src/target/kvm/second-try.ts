import { Qmp, QmpError } from './qemu/qmp.js';
import type { RunFolder } from './run-folder.js';

/** How a machine stands: `stuck` is one that stands still because its disk couldn't be written. Undefined when QEMU has ended. */
export async function machineState(qmp: Qmp): Promise<'stuck' | 'other' | undefined> {
  const answer = await qmp.ask('query-status');
  if (answer === undefined) return undefined;
  const isStuck =
    typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 'io-error';
  return isStuck ? 'stuck' : 'other';
}

/**
 * Has a machine that stands still because its disk couldn't be written try again: there may be room by now. Resolves when it
 * can't be written once more, with why; with undefined when the conversation ends.
 */
export async function tryAgain(qmp: Qmp): Promise<string | undefined> {
  const failing = qmp.event('BLOCK_IO_ERROR', ({ action }) => action === 'stop');
  if ((await machineState(qmp)) === 'stuck') await qmp.ask('cont');
  const error = await failing;
  return error === undefined ? undefined : String(error['reason']);
}

/** A second try for as long as it isn't disposed: `failed` hears why the disk can't be written now either. */
export class SecondTry implements Disposable {
  readonly #over = new AbortController();

  constructor({ control }: RunFolder, failed: (reason: string) => void) {
    void this.#begin(control, failed);
  }

  async #begin(control: string, failed: (reason: string) => void): Promise<void> {
    const qmp = await Qmp.connect(control, { signal: this.#over.signal });
    if (qmp === undefined) return;
    const reason = await tryAgain(qmp).catch((error: unknown) => {
      if (error instanceof QmpError) return error.message;
      throw error;
    });
    if (reason !== undefined) failed(reason);
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}
