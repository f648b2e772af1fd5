// Runs a command in a network that is public, local and this host by turns, with one web server at all of its addresses:
// own-network.js PACKAGE HOSTS COMMAND…, within `unshare --net --mount`. There `/to?<url>` redirects to that URL, `/feed?<url>`
// is a feed that announces it, and all else is the package. Says as JSON how the command ended, and which hosts were asked.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const [zip, hosts, program, ...args] = process.argv.slice(2);
execFileSync('mount', ['--bind', '--', hosts, '/etc/hosts']);
execFileSync('ip', ['link', 'set', 'lo', 'up']);
for (const net of ['203.0.113.0/24', '10.9.0.0/24'])
  execFileSync('ip', ['route', 'add', 'local', net, 'dev', 'lo']);

const content = readFileSync(zip);
const asked = [];
const server = createServer((request, response) => {
  asked.push(request.headers.host);
  const [, path, to] = /^([^?]*)\??(.*)$/.exec(request.url);
  if (path === '/to') response.writeHead(302, { location: to }).end();
  else response.end(path === '/feed' ? `<rss><item><link>${to}</link></item></rss>` : content);
});
server.listen(80, '0.0.0.0', async () => {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const stderr = text(child.stderr);
  child.on('close', async (exitCode) => {
    process.stdout.write(JSON.stringify({ exitCode, stderr: await stderr, asked }));
    server.close();
  });
});
