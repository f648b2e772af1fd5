/** Why something could not be had from a place; another place, or another time, may do. */
export class TransferProblem extends Error {
  override readonly name = 'TransferProblem';
  /** Whether the same place may do better in a moment. */
  readonly passing: boolean;

  constructor(message: string, options: { readonly passing: boolean; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.passing = options.passing;
  }
}

/** A place that said nothing for a whole timeout. */
export class Silence extends TransferProblem {
  /** `what` did not come, `timeout` in milliseconds. */
  constructor(what: string, timeout: number) {
    super(`${what} for ${String(timeout / 1000)} s`, { passing: true });
  }
}

/** What a failing connection is called in a sentence. */
export function connectionProblem(error: unknown): TransferProblem {
  if (error instanceof TransferProblem) return error;
  const code = codeOf(error);
  const told = code === undefined ? undefined : (words[code] ?? otherProtocol(code));
  const message = error instanceof Error ? error.message : String(error);
  if (certificateCodes.test(code ?? '')) {
    return new TransferProblem(`its certificate is refused: ${message}`, { passing: false, cause: error });
  }
  return new TransferProblem(told ?? message, { passing: !lasting.has(code ?? ''), cause: error });
}

/** What a proxy that can't be asked is called in a sentence. */
export function proxyProblem(error: unknown): TransferProblem {
  if (error instanceof TransferProblem) return error;
  const { message, passing } = connectionProblem(error);
  return new TransferProblem(`the proxy can't be asked: ${message}`, { passing, cause: error });
}

/** The code of the error, or of the one that caused it. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : codeOf(error.cause);
}

/** What Node calls the ways in which a certificate isn't good; another try changes none of them. */
const certificateCodes = /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^INVALID_(?:CA|PURPOSE)$/;

const lasting: ReadonlySet<string> = new Set(['ENOTFOUND', 'ERR_INVALID_URL']);

/** What answers in another protocol than it was asked in. */
function otherProtocol(code: string): string | undefined {
  if (code.startsWith('HPE_')) return "it doesn't answer in HTTP";
  return code.startsWith('ERR_SSL_') || code === 'EPROTO' ? "it doesn't answer in TLS" : undefined;
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'the name server gives no answer',
  EHOSTUNREACH: 'the host is out of reach',
  ENETUNREACH: 'the network is out of reach',
  ETIMEDOUT: 'the host gives no answer',
  ABORT_ERR: 'the connection was cut',
  HPE_HEADER_OVERFLOW: 'the answer has too many headers',
};
