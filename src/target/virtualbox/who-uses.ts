import { realpath } from 'node:fs/promises';
import { failure } from '../../core/errors/gitian-error.js';
import type { Workspace } from '../../core/workspace.js';
import { calls } from './vboxmanage/arguments.js';
import type { Refusal } from './vboxmanage/refusal.js';
import type { VBoxMachine } from './vboxmanage/vboxmanage.js';

/** Notes with a machine which workspace has prepared it: it is one for all of a user's workspaces. */
export async function noteUser(machine: VBoxMachine, workspace: Workspace): Promise<void> {
  await machine.do('be noted as used', calls.note(machine.name, await realpath(workspace.root)));
}

/** Which workspace has prepared a machine last. */
async function notedUser(machine: VBoxMachine): Promise<string | undefined> {
  const answer = await machine.look(calls.noted(machine.name));
  return answer.done ? /^Value: (.*)$/m.exec(answer.stdout)?.[1] : undefined;
}

/** Whether it was this one. */
export async function isNotedUser(machine: VBoxMachine, workspace: Workspace): Promise<boolean> {
  return (await notedUser(machine)) === (await realpath(workspace.root));
}

/** The failure that a machine is up for somebody else; `otherwise` is said where that is no workspace that is known. */
export async function inUse(
  machine: VBoxMachine,
  workspace: Workspace,
  otherwise: Pick<Refusal, 'reason' | 'hint'>,
): Promise<Error> {
  const user = await notedUser(machine);
  const words =
    user === undefined || user === (await realpath(workspace.root))
      ? otherwise
      : { reason: `the workspace "${user}" has it up`, hint: 'stop-target, in that workspace' };
  return failure('machine-in-use', { machine: machine.name, ...words });
}
