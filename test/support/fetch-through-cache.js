// Fetches URLs through the compiled package cache, as another process of the same user does, and prints a line for each
// when it has it: its digest, or why not.
/* global AbortController */
import { PackageCache } from '../../dist/packages/cache/package-cache.js';

const [folder, ...urls] = process.argv.slice(2);
const cache = await PackageCache.open({
  folder,
  rules: { chosen: new Set(urls.map((url) => new URL(url).origin)), named: new Set() },
  proxies: { http: '', https: '', none: '' },
  offline: false,
  userAgent: 'test',
  signal: new AbortController().signal,
});
for (const url of urls) {
  const obtained = await cache.obtain(url);
  const said = obtained.kind === 'content' ? obtained.entry.sha256 : obtained.problem.reason;
  process.stdout.write(`${said}\n`);
}
await cache[Symbol.asyncDispose]();
