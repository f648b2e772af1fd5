import type { SshAddress } from '../../../src/target/ssh/address.js';
import { connectSsh } from '../../../src/target/ssh/connect.js';
import type { SshConnection } from '../../../src/target/ssh/connection.js';
import { runCommand } from '../../../src/target/ssh/run-command.js';
import type { RunOptions, RunResult } from '../../../src/target/target.js';
import { testKey } from './ssh-server.js';

/** The key of the tests' servers. */
export const hostKey = testKey();
/** The key that opens them. */
export const userKey = testKey();
/** A signal that doesn't abort. */
export const never = new AbortController().signal;
export const patience = { milliseconds: 20_000, signal: never };

/** Where a server on this host's loopback is, and what opens it. */
export function address(port: number, other: Partial<SshAddress> = {}): SshAddress {
  return {
    host: '127.0.0.1',
    port,
    user: 'root',
    privateKey: userKey.privateKey,
    hostKey: hostKey.publicKey,
    ...other,
  };
}

/** A connection to it. */
export async function connected(port: number): Promise<SshConnection> {
  const outcome = await connectSsh(address(port), patience);
  if (outcome.kind !== 'connected') throw new Error(outcome.reason);
  return outcome.connection;
}

/** Runs a command line over a connection. */
export async function run(
  connection: SshConnection,
  line: string,
  options: RunOptions = {},
): Promise<RunResult | undefined> {
  return runCommand(connection, line, { ...options, signal: options.signal ?? never });
}
