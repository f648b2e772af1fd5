import type { Claim } from './claim.js';
import type { LibraryJudge } from './library.js';
import { isProvenByOpenSsl } from './openssl.js';

/** Judges claims: OpenSSL those that are plain and hold, openpgp.js all others. */
export class Judge {
  #library: Promise<LibraryJudge> | undefined;

  /** Throws what openpgp.js throws for a claim that doesn't hold, or that it can't judge. */
  async confirm(claim: Claim): Promise<void> {
    if (isProvenByOpenSsl(claim)) return;
    this.#library ??= loadLibrary();
    const library = await this.#library;
    await library.confirm(claim);
  }

  /** Whether a claim holds. */
  async holds(claim: Claim): Promise<boolean> {
    return this.confirm(claim).then(
      () => true,
      () => false,
    );
  }
}

async function loadLibrary(): Promise<LibraryJudge> {
  const { LibraryJudge, loadOpenPgp } = await import('./library.js');
  return new LibraryJudge(await loadOpenPgp());
}
