import { stat } from 'node:fs/promises';

/** Whether something is there that can be looked at; a link to nothing is nothing. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
