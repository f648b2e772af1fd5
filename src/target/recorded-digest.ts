import { readFile } from 'node:fs/promises';

/** SHA-256 of a base image as the record beside it, `<image>.json`, has it; undefined where there is none. */
export async function recordedDigest(image: string): Promise<string | undefined> {
  try {
    const record = JSON.parse(await readFile(`${image}.json`, 'utf8')) as {
      image?: { sha256?: unknown };
    } | null;
    const digest = record?.image?.sha256;
    return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
  } catch {
    // Whoever needs the record itself reads it with its own checks.
    return undefined;
  }
}
