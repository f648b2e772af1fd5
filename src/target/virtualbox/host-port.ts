import { createServer } from 'node:net';
import { sshForwarding, type Forwarding } from './vboxmanage/forwarding.js';

/** Whether nobody listens on a port of the host's loopback, so that a machine could; `0` finds one. Undefined when somebody does. */
export async function freePort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => {
        resolve(found);
      });
    });
  });
}

/**
 * The rule with which a machine's ssh server can be reached now: the one it has if its port is free, else one with another
 * port. VirtualBox starts a machine whose port is taken without a word, and without the rule.
 */
export async function usableRule(rule: Forwarding | undefined): Promise<Forwarding> {
  const wanted = rule ?? sshForwarding;
  if ((await freePort(wanted.hostPort)) !== undefined) return wanted;
  const other = await freePort(0);
  return { ...wanted, hostAddress: sshForwarding.hostAddress, hostPort: other ?? wanted.hostPort };
}
