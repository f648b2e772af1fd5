import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where other people's assertions and keys lie: `$GITIAN_CORPUS`, else beside the project. */
export const corpus = process.env['GITIAN_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus');

/** False where the corpus is absent; tests that need it skip and say so. */
export const hasCorpus = existsSync(join(corpus, 'gpg-verdicts.tsv'));

/** One line of `gpg-verdicts.tsv`: what GnuPG says of one assertion. */
export interface GpgVerdict {
  readonly project: string;
  readonly release: string;
  readonly signer: string;
  readonly file: string;
  readonly verdict: string;
  readonly signingKey: string;
  readonly primaryFingerprint: string;
  readonly version: string;
  readonly class: string;
  readonly time: string;
  /** Path of the assertion; its signature has `.sig` after it. */
  readonly path: string;
}

/** GnuPG's verdicts on all assertions of the corpus, at the time {@link corpusTime}. */
export function gpgVerdicts(): readonly GpgVerdict[] {
  const [, ...lines] = readFileSync(join(corpus, 'gpg-verdicts.tsv'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const fields = line.split('\t');
    const [project = '', release = '', signer = '', file = '', verdict = '', signingKey = ''] = fields;
    const [primaryFingerprint = '', , , version = '', kind = '', time = ''] = fields.slice(6);
    const path = join(corpus, 'gitian.sigs', project, release, signer, file);
    return {
      project,
      release,
      signer,
      file,
      verdict,
      signingKey,
      primaryFingerprint,
      version,
      class: kind,
      time,
      path,
    };
  });
}

/** The clock of `gpg-verdicts.tsv`, in seconds since 1970. */
export const corpusTime = Date.UTC(2026, 10, 22) / 1000;

/** The public keys of the corpus, one file each. */
export function corpusKeys(): readonly string[] {
  return readdirSync(join(corpus, 'keys')).map((name) => join(corpus, 'keys', name));
}
