import { once } from 'node:events';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';

/** A connection to a machine's monitor. */
export class Monitor {
  #socket;
  #lines;
  /** @type {((message: Record<string, any>) => boolean)[]} */
  #waiting = [];
  #ended = false;

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    this.#lines = createInterface({ input: socket });
    this.#lines.on('line', (line) => {
      const message = JSON.parse(line);
      this.#waiting = this.#waiting.filter((hear) => !hear(message));
    });
    socket.on('error', () => undefined);
    this.#lines.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      for (const hear of this.#waiting.splice(0))
        hear({ event: 'CLOSED', error: { desc: 'the machine ended' } });
    });
  }

  /** @param {string} path a socket; short, as the kernel wants it */
  static async open(path) {
    const socket = createConnection(path);
    await once(socket, 'connect');
    const monitor = new Monitor(socket);
    await monitor.#hear((message) => 'QMP' in message);
    await monitor.run('qmp_capabilities');
    return monitor;
  }

  /** @param {string} execute @param {Record<string, unknown>} [args] @returns {Promise<any>} */
  async run(execute, args) {
    const answer = this.#hear((message) => 'return' in message || 'error' in message);
    this.#socket.write(
      `${JSON.stringify(args === undefined ? { execute } : { execute, arguments: args })}\n`,
    );
    const { return: value, error } = await answer;
    if (error !== undefined) throw new Error(`${execute}: ${error.desc}`);
    return value;
  }

  /** Waits for an event. @param {(message: Record<string, any>) => boolean} wanted */
  async event(wanted) {
    return this.#hear((message) => message.event === 'CLOSED' || ('event' in message && wanted(message)));
  }

  /** Waits until QEMU has closed its end, as it does when it ends. */
  async closed() {
    if (!this.#ended) await new Promise((resolve) => this.#socket.once('close', resolve));
  }

  close() {
    this.#socket.destroy();
  }

  /** @param {(message: Record<string, any>) => boolean} wanted @returns {Promise<Record<string, any>>} */
  async #hear(wanted) {
    if (this.#ended) return { event: 'CLOSED', error: { desc: 'the machine ended' } };
    return new Promise((resolve) => {
      this.#waiting.push((message) => {
        const fits = wanted(message) || message.event === 'CLOSED';
        if (fits) resolve(message);
        return fits;
      });
    });
  }
}
