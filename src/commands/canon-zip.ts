import type { DefineCommand } from './command.js';

/** `canon-zip`: rewrites a zip so that it depends on its members and a date alone. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('YYYY-MM-DD INPUT OUTPUT')
    .description(
      'Rewrites a zip with one date everywhere and no owners or times of the machine in it. Order and modes are kept.',
    )
    .argument('<date>', 'the day that every member gets, from 1980-01-01 to 2107-12-31')
    .argument('<input>', 'the zip to read')
    .argument('<output>', 'the zip to write; may be the input')
    .action(async (date: string, input: string, output: string) => {
      const { canonicalise } = await import('../canon-zip/canonicalise.js');
      const { parseDay } = await import('../canon-zip/day.js');
      const { cwd, signal } = context;
      await canonicalise({ input, output, cwd, day: parseDay(date), signal }, context.speak(true));
    });
