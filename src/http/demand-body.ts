import type { Answer } from './client.js';
import { TransferProblem } from './problem.js';

/** Accepts an answer that brings what was asked for; anything else is a {@link TransferProblem} with a sentence. */
export function demandBody(answer: Answer): void {
  const { status } = answer;
  if (status !== 200 && status !== 206) {
    throw new TransferProblem(`the server says ${String(status)}${meaning[status] ?? ''}`, {
      passing: status >= 500 || status === 408 || status === 429,
    });
  }
  const encoding = answer.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw new TransferProblem(`the server packs it with ${encoding}, which it wasn't asked for`, {
      passing: false,
    });
  }
}

const meaning: Readonly<Record<number, string>> = {
  401: ' (a password is needed)',
  403: ' (it is not given to us)',
  404: ' (there is no such file)',
  407: ' (the proxy wants a password)',
  410: ' (the file is gone)',
  429: ' (too many questions)',
  500: ' (it has an error)',
  502: ' (it gets no answer itself)',
  503: ' (it is busy)',
  504: ' (it gets no answer itself)',
};
