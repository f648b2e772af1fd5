// An HTTP proxy on the loopback that waits before it passes a request on: slow-proxy.js <milliseconds>. Prints its URL.
import { createServer, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const delay = Number(process.argv[2]);
const server = createServer(async (asked, answer) => {
  await wait(delay);
  const { method, url, headers } = asked;
  const onward = request(url, { method, headers }, (answered) => {
    answer.writeHead(answered.statusCode, answered.headers);
    answered.pipe(answer);
  });
  onward.once('error', () => answer.destroy());
  asked.pipe(onward);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
