import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemWords } from '../../../core/words/system-words.js';

/** Where QEMU listens in a network of its own; `share/kvm/network.sh` lets that port answer the host. */
export const ownSsh = { address: '10.0.2.100', port: 2222 } as const;

/** A port of the host that leads to {@link ownSsh}. */
export interface Forwarded {
  readonly port: number;
  /** What slirp4netns calls it. */
  readonly id: number;
}

/** How often a port is chosen that may be taken: most are free. */
const tries = 50;

/** How long slirp4netns may take to answer, in milliseconds; it does so at once. */
const patience = 20_000;

/**
 * Forwards a port of the host's loopback to {@link ownSsh}: `usual` where that is free. `socket` is that of slirp4netns, see
 * slirp4netns(1). Resolves with its words where it refuses.
 */
export async function forwardInto(socket: string, usual: number): Promise<Forwarded | string> {
  let refusal = '';
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const port = attempt === 0 ? usual : randomInt(20_000, 60_000);
    const from = { proto: 'tcp', host_addr: '127.0.0.1', host_port: port };
    const to = { guest_addr: ownSsh.address, guest_port: ownSsh.port };
    const answer = await ask(socket, { execute: 'add_hostfwd', arguments: { ...from, ...to } });
    if (typeof answer === 'string') return answer;
    if (answer.return?.id !== undefined) return { port, id: answer.return.id };
    refusal = answer.error?.desc ?? 'slirp4netns does not say why';
  }
  return refusal;
}

/** Takes it away; one that is gone with slirp4netns is gone. */
export async function forgetForwarded(socket: string, { id }: Forwarded): Promise<void> {
  await ask(socket, { execute: 'remove_hostfwd', arguments: { id } });
}

interface Answer {
  readonly return?: { readonly id?: number };
  readonly error?: { readonly desc?: string };
}

/** Its answer, or why there is none. */
async function ask(path: string, request: object): Promise<Answer | string> {
  const socket = connect({ path });
  socket.setTimeout(patience, () => socket.destroy(new Error('slirp4netns does not answer')));
  try {
    await once(socket, 'connect');
    socket.write(JSON.stringify(request));
    return JSON.parse(await text(socket)) as Answer;
  } catch (error) {
    return systemWords(error);
  } finally {
    socket.destroy();
  }
}
