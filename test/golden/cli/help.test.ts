import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { baseCommand } from '../../../src/cli/base-command.js';
import { commandFiles } from '../../../src/cli/command-files.js';
import type { CommandContext } from '../../../src/commands/command.js';
import { silent } from '../../../src/core/events.js';
import { commandNames } from '../../support/commands.js';

/** A context for declaring options only. */
function context(): CommandContext {
  return {
    name: 'gitian',
    builtIn: undefined,
    io: { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
    env: {},
    cwd: '/workspace',
    signal: new AbortController().signal,
    speak: () => silent,
    exit: () => undefined,
  };
}

describe.each(commandNames)('%s --help', (name) => {
  it('says what it said', async () => {
    const { define } = await commandFiles[name]();
    const { io } = context();
    const program = define(baseCommand(name, io), context()).configureOutput({ getOutHelpWidth: () => 100 });
    const help = program.helpInformation();
    expect(help).toMatch(new RegExp(`^Usage: ${name} `));
    await expect(help).toMatchFileSnapshot(join(import.meta.dirname, `${name}.txt`));
  });

  it('explains every option and argument', async () => {
    const { define } = await commandFiles[name]();
    const { io } = context();
    const program = define(baseCommand(name, io), context());
    expect(program.description()).not.toBe('');
    expect(
      program.options
        .filter(({ description, hidden }) => description === '' && !hidden)
        .map(({ flags }) => flags),
    ).toEqual([]);
    expect(program.registeredArguments.filter(({ description }) => description === '')).toEqual([]);
  });
});
