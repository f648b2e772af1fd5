// Listens on the loopback of the network it is started in, says on which port, and passes every connection on to the
// driver's socket. Ends with its stdin, and takes the socket's folder with it should nobody else be left to do so.
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';

const [, , socket] = process.argv;

const server = createServer({ allowHalfOpen: true, noDelay: true }, (guest) => {
  const host = connect({ path: socket, allowHalfOpen: true });
  for (const [from, to] of [
    [guest, host],
    [host, guest],
  ]) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
});
// What is in the container may ask as often as it likes.
server.maxConnections = 64;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${server.address().port}\n`);
});
process.stdin.resume().once('end', () => {
  rmSync(dirname(socket), { recursive: true, force: true });
  process.exit();
});
