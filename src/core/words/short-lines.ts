/** More of a line than any sentence needs, in characters. */
const most = 2000;

/** Words of another program with every line cut short: what looks for patterns in them then ends soon, whatever they are. */
export function shortLines(words: string | readonly string[]): string {
  const lines = typeof words === 'string' ? words.split(/\r\n?|\n/) : words;
  return lines.map((line) => line.slice(0, most)).join('\n');
}
