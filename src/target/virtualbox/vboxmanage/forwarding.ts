/** A rule of VirtualBox's address translation: a port of the host that leads to one of the guest. */
export interface Forwarding {
  readonly name: string;
  readonly protocol: string;
  /** Empty for all of the host's addresses. */
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly guestPort: number;
}

/** The rule that `make-base-vm` makes; its name is the one that the original's README gives it. */
export const sshForwarding: Forwarding = {
  name: 'guestssh',
  protocol: 'tcp',
  hostAddress: '127.0.0.1',
  hostPort: 2223,
  guestPort: 22,
};

/** Reads `name,tcp,hostaddress,hostport,guestaddress,guestport`; nothing when it isn't one. */
export function parseForwarding(text: string): Forwarding[] {
  const [name, protocol, hostAddress, hostPort, , guestPort] = text.split(',');
  const ports = [Number(hostPort), Number(guestPort)] as const;
  if (name === undefined || protocol === undefined || hostAddress === undefined) return [];
  if (!ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)) return [];
  return [{ name, protocol, hostAddress, hostPort: ports[0], guestPort: ports[1] }];
}

/** A rule as `--natpf1` takes it; an empty guest address is that of the machine. */
export function writeForwarding({ name, protocol, hostAddress, hostPort, guestPort }: Forwarding): string {
  return [name, protocol, hostAddress, String(hostPort), '', String(guestPort)].join(',');
}

/** The rule that leads to a machine's ssh server, or undefined. */
export function sshRule(forwardings: readonly Forwarding[]): Forwarding | undefined {
  return forwardings.find(
    ({ protocol, guestPort }) => protocol === 'tcp' && guestPort === sshForwarding.guestPort,
  );
}
