import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { packageFile } from '../../core/package-files.js';
import { atOnce, type SshConnection } from './connection.js';
import { SshRefusal } from './refusal.js';

/**
 * Kills a process of the guest and everything that descends from it; resolves when that is done, or the guest is gone.
 * Where that can't be done, or not soon, the connection ends.
 */
export async function endCommand(connection: SshConnection, pid: number): Promise<void> {
  const script = await readFile(packageFile('share/lxc/end-command.sh'));
  const command = await connection.exec(`exec sh -s ${String(pid)}`, atOnce).catch((error: unknown) => {
    if (!(error instanceof SshRefusal)) throw error;
    connection.close(`its command can't be ended: ${error.message}`);
    return undefined;
  });
  if (command === undefined) return;
  const { channel } = command;
  const ended = once(channel, 'close');
  channel.resume();
  channel.stderr.resume();
  channel.end(script);
  await connection.answered(ended);
}
