// Runs a command on a host of two networks, one public and one local, with one web server at all of their addresses and at
// this host's: own-network.js PACKAGE HOSTS COMMAND…, within `unshare --net --mount`. There `/to?<url>` redirects to that URL,
// `/feed?<url>` is a feed that announces it, and all else is the package. Says as JSON how the command ended, and which
// hosts were asked.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const [zip, hosts, program, ...args] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'gitian-own-network-'));
const socket = join(folder, 'socket');

const content = readFileSync(zip);
const asked = [];
const server = createServer((request, response) => {
  asked.push(request.headers.host);
  const [, path, to] = /^([^?]*)\??(.*)$/.exec(request.url);
  if (path === '/to') response.writeHead(302, { location: to }).end();
  else response.end(path === '/feed' ? `<rss><item><link>${to}</link></item></rss>` : content);
});

/** Starts another host, which hands everything on to the server; returns its process. */
async function startFar() {
  const relay = `
    const { connect, createServer } = require('node:net');
    const relay = createServer((from) => {
      const to = connect(${JSON.stringify(socket)});
      for (const [one, other] of [[from, to], [to, from]]) one.on('error', () => other.destroy());
      from.pipe(to).pipe(from);
    });
    relay.listen(80, '0.0.0.0', () => console.log('ready'));`;
  const stdio = ['ignore', 'pipe', 'inherit'];
  const child = spawn('unshare', ['--net', '--', process.execPath, '-e', relay], { stdio });
  await once(child.stdout, 'data');
  return child;
}

/** Puts both hosts' ends of a link in place, and the two networks behind the other host. */
function connectTo(far) {
  const there = `nsenter --net --target ${String(far.pid)} --`;
  const script = `
    mount --bind -- "$1" /etc/hosts
    ip link set lo up
    ip link add near type veth peer name far netns ${String(far.pid)}
    ip address add 192.0.2.2/24 dev near
    ip link set near up
    ${there} ip address add 192.0.2.1/24 dev far
    ${there} ip link set far up
    ${there} ip link set lo up
    for net in 203.0.113.0/24 10.9.0.0/24; do
      ip route add $net via 192.0.2.1
      ${there} ip route add local $net dev lo
    done`;
  execFileSync('sh', ['-euc', script, 'sh', hosts]);
}

const far = await startFar();
connectTo(far);
server.listen(80, '0.0.0.0');
// One server listens at one place.
const behind = createServer((...asking) => server.emit('request', ...asking)).listen(socket);
await Promise.all([once(server, 'listening'), once(behind, 'listening')]);
const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
const stderr = text(child.stderr);
const [exitCode] = await once(child, 'close');
process.stdout.write(JSON.stringify({ exitCode, stderr: await stderr, asked }));
far.kill();
server.close();
behind.close();
rmSync(folder, { recursive: true });
