import type { Descriptor } from '../../descriptor/descriptor.js';
import type { Inputs } from './inputs.js';

/** The date and time that the script takes for now, `YYYY-MM-DD HH:MM:SS`: the descriptor's, or the last remote's author date. */
export function referenceDatetime(
  { referenceDatetime: own }: Pick<Descriptor, 'referenceDatetime'>,
  { remotes }: Pick<Inputs, 'remotes'>,
): string {
  const datetime = own ?? remotes.at(-1)?.authorDate;
  if (datetime === undefined) throw new TypeError('a valid descriptor has a reference_datetime or a remote');
  return datetime;
}
