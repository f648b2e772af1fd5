import type { CommandContext, DefineCommand } from './command.js';

interface OnTargetOptions {
  readonly user?: string;
  readonly env?: string;
}

/** `on-target`: runs a command, or a shell, in the target. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('[options] [command...]')
    .description(
      "Joins its words with spaces and hands them to the build user's shell in the target. Without a command it is an interactive shell.",
    )
    .argument('[command...]', "for the target's shell; everything from its first word on belongs to it")
    .option('-u, --user <user>', 'who runs it, instead of the build user')
    .option('-e, --env <variables>', 'variables for the command, "K=V K2=V2"')
    .passThroughOptions()
    .action(async (words: readonly string[], options: OnTargetOptions) => {
      const { guestVariables } = await import('./options/guest-variables.js');
      const { targetInUse } = await import('./options/target-in-use.js');
      const env = { ...terminal(context), ...guestVariables(options.env ?? '') };
      await using target = await targetInUse(context, context.speak(true));
      const { exitCode } = await target.run(
        words.length === 0 ? ['bash', '-l'] : ['bash', '-c', words.join(' ')],
        {
          ...(options.user === undefined ? {} : { user: options.user }),
          env,
          stdin: 'inherit',
          stdout: 'inherit',
          stderr: 'inherit',
          check: false,
        },
      );
      context.exit(exitCode);
    });

/** A program on a terminal has to know which. */
function terminal({ io, env }: CommandContext): Record<string, string> {
  const name = env['TERM'];
  return io.stdin.isTTY === true && name !== undefined ? { TERM: name } : {};
}
