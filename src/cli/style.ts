import { styleText } from 'node:util';

/** Gives text a colour or weight. Only for a lively io: what stdout is doesn't matter to words on stderr. */
export function styled(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { validateStream: false });
}
