import { readFile, writeFile } from 'node:fs/promises';
import { quoteWords } from '../../../core/processes/shell-quote.js';
import { parseUsers, readUsers, type UserFiles } from '../../guest-users.js';
import type { SshConnection } from '../../ssh/connection.js';
import { runCommand } from '../../ssh/run-command.js';
import { QemuFailure } from '../qemu/running-qemu.js';
import { awaitWaking } from '../qemu/wake-line.js';

/** What holds of every target that goes on from a saved machine. */
export interface KnownGuest {
  readonly users: UserFiles;
  /**
   * Whether its kernel makes new random numbers when the identity of its machine changes (`vmgenid`; Linux 5.18 brought the
   * driver and that together). It does so long before an ssh server can answer.
   */
  readonly reseeds: boolean;
  /** Whether a process of it waits for `wakeByLine`. */
  readonly waits: boolean;
}

/** Asks a guest that is about to be saved. */
export async function askGuest(connection: SshConnection, signal: AbortSignal): Promise<KnownGuest> {
  const users = await runCommand(connection, quoteWords(readUsers), { signal });
  if (users?.exitCode !== 0) throw new QemuFailure("its users can't be read");
  const driver = await runCommand(connection, "sh -c 'ls -d /sys/bus/acpi/drivers/vmgenid/*:*'", { signal });
  const waits = await awaitWaking(connection, signal);
  return { users: parseUsers(users.stdout), reseeds: driver?.exitCode === 0, waits };
}

/** Keeps what is known. */
export async function writeKnownGuest(path: string, known: KnownGuest): Promise<void> {
  await writeFile(path, JSON.stringify(known));
}

/** Reads what {@link writeKnownGuest} wrote; the state's note vouches for it. */
export async function readKnownGuest(path: string): Promise<KnownGuest> {
  return JSON.parse(await readFile(path, 'utf8')) as KnownGuest;
}
