import { realpath } from 'node:fs/promises';
import type { Workspace } from '../../core/workspace.js';
import { calls } from './vboxmanage/arguments.js';
import type { VBoxMachine } from './vboxmanage/vboxmanage.js';

/** Notes with a machine which workspace has prepared it: it is one for all of a user's workspaces. */
export async function noteUser(machine: VBoxMachine, workspace: Workspace): Promise<void> {
  await machine.do('be noted as used', calls.note(machine.name, await realpath(workspace.root)));
}

/** Which workspace has prepared a machine last. */
export async function notedUser(machine: VBoxMachine): Promise<string | undefined> {
  const answer = await machine.look(calls.noted(machine.name));
  return answer.done ? /^Value: (.*)$/m.exec(answer.stdout)?.[1] : undefined;
}

/** Whether it was this one. */
export async function isNotedUser(machine: VBoxMachine, workspace: Workspace): Promise<boolean> {
  return (await notedUser(machine)) === (await realpath(workspace.root));
}
