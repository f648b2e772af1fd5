// Opens a tunnel through a proxy with the compiled code, as a process that trusts other authorities does, says hello, and
// prints what comes back, or why there is no tunnel.
/* global AbortController */
import { text } from 'node:stream/consumers';
import { openTunnel } from '../../dist/packages/cache/tunnel.js';

const [authority, https] = process.argv.slice(2);
const tunnel = await openTunnel(authority, {
  rules: { chosen: new Set([`https://${authority}`]), named: new Set(), leadOn: false },
  offline: false,
  proxies: { http: '', https, none: '' },
  timeout: 5000,
  signal: new AbortController().signal,
});
if (tunnel.kind === 'open') tunnel.socket.write('hello');
const said = tunnel.kind === 'open' ? await text(tunnel.socket) : tunnel.problem.reason;
process.stdout.write(said);
