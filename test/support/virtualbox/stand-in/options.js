import { refusals } from './refusal.js';

/**
 * Splits arguments into words and `--name value` (or `--name=value`) pairs. `shape` says how many values each option
 * takes; what it doesn't know is refused, as by the real program.
 *
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, number>>} shape
 * @returns {{ words: string[], options: [name: string, values: string[]][] }}
 */
export function parseOptions(args, shape) {
  const words = [];
  /** @type {[string, string[]][]} */
  const options = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('--')) {
      words.push(arg);
      continue;
    }
    const [name = '', ...rest] = arg.split('=');
    const count = shape[name];
    if (count === undefined) throw refusals.syntax(`Unknown option: ${name}`);
    const values = rest.length > 0 ? [rest.join('=')] : args.slice(at + 1, at + 1 + count);
    if (rest.length === 0) at += count;
    if (values.length !== count) throw refusals.syntax(`Missing value for option ${name}`);
    options.push([name, values]);
  }
  return { words, options };
}
