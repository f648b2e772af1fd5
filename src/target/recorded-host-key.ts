import { readFile } from 'node:fs/promises';

/** The ssh host key of a machine's base image as the record beside it, `<image>.json`, has it; undefined where there is none. */
export async function recordedHostKey(image: string): Promise<string | undefined> {
  try {
    const record = JSON.parse(await readFile(`${image}.json`, 'utf8')) as {
      machine?: { hostKey?: unknown };
    } | null;
    const key = record?.machine?.hostKey;
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}
