import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { HttpClient } from '../../src/http/client.js';
import { TransferProblem } from '../../src/http/problem.js';
import { fetchFile } from '../../src/packages/cache/fetch.js';
import { urlFacts } from '../../src/packages/cache/url-facts.js';
import { feedText } from '../../src/updater/feed/feed-text.js';
import { newestInFeed } from '../../src/updater/feed/newest-in-feed.js';
import { selectTexts } from '../../src/updater/feed/select-texts.js';
import { download } from '../../src/updater/http/download.js';
import { fetchSmall } from '../../src/updater/http/fetch-small.js';
import { compareVersions } from '../../src/updater/versions.js';
import { fuzz } from './support/fuzz.js';

const feeds = [
  '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:media="http://example.org/media"><channel><title>x</title><item><link>http://example.org/x-1.2.zip</link><media:content url="x"/></item><item><link><![CDATA[http://example.org/x-1.10.zip]]></link></item></channel></rss>\n',
  '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<rss><link>&b;</link><x a="&lt;&#65;"/></rss>',
  '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="x"/></entry></feed>',
];

describe('feeds', () => {
  fuzz('RSS', {
    seeds: [...feeds.map((text) => Buffer.from(text)), Buffer.from(`\ufeff${feeds[0] ?? ''}`, 'utf16le')],
    pieces: [
      '<',
      '>',
      '</',
      '/>',
      '<item>',
      '</item>',
      '<link>',
      '&a;',
      '&#x0;',
      '&#xD800;',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?xml ',
      'encoding="utf-16"',
      '<!ENTITY % p SYSTEM "file:///etc/passwd">',
      ' xmlns="',
      ' __proto__="x"',
    ],
    weight: 2,
    read: (bytes) => {
      const text = feedText(bytes);
      for (const expression of ['//item/link/text()', '/rss/channel/item[1]/link', '//@url']) {
        const { texts } = selectTexts(text, expression);
        if (texts !== undefined)
          newestInFeed(texts, { url: 'http://example.org/feed', pattern: /x-([\d.]+)\.zip/ });
      }
    },
  });

  fuzz('versions', {
    seeds: ['1.2.3', '0.21.0rc1', '1.5.1b2', '', '..', '9'.repeat(400)].map((text) => Buffer.from(text)),
    pieces: ['.', '0', '00', 'rc', 'a', '-', '\n', '٣'],
    read: (bytes) => {
      const [a, b] = [bytes.toString('utf8'), bytes.subarray(bytes.length >> 1).toString('utf8')];
      if (Math.sign(compareVersions(a, b)) !== -Math.sign(compareVersions(b, a)))
        throw new Error('it depends on who asks');
    },
  });
});

const head = (status: string, ...lines: string[]): string =>
  `HTTP/1.1 ${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

describe('answers over HTTP', () => {
  let answer: Buffer = Buffer.alloc(0);
  let server: Server;
  let client: HttpClient;
  const { signal } = new AbortController();
  const url = (): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/file`;

  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new HttpClient({
      proxies: { http: '', https: '', none: '' },
      timeout: 5000,
      signal,
      userAgent: 'fuzz',
      // Wherever an answer leads, nobody else is asked.
      reach: (to) => {
        if (to.origin !== new URL(url()).origin) throw new TransferProblem('not here', { passing: false });
        return 'anywhere';
      },
    });
  });
  afterAll(() => {
    client[Symbol.dispose]();
    server.close();
  });

  const material = {
    seeds: [
      head('200 OK', 'Content-Length: 5', 'ETag: "x"', 'Connection: close') + 'hello',
      head('206 Partial Content', 'Content-Range: bytes 2-4/5', 'Content-Length: 3') + 'llo',
      head('200 OK', 'Transfer-Encoding: chunked') + '5\r\nhello\r\n0\r\nX: y\r\n\r\n',
      head('302 Found', 'Location: /other', 'Content-Length: 0'),
      head('302 Found', 'Location: http://example.org/', 'Content-Length: 0'),
      head('100 Continue') + head('304 Not Modified'),
      head('101 Switching Protocols', 'Connection: upgrade', 'Upgrade: x') + 'x',
      head('416 Range Not Satisfiable', 'Content-Range: bytes */5'),
    ].map((text) => Buffer.from(text)),
    pieces: [
      'HTTP/1.1 ',
      'HTTP/1.0 ',
      '200',
      '204',
      '206',
      '301',
      '\r\n',
      '\n',
      '\r\n\r\n',
      'Content-Length: ',
      '-1',
      '99999999999999999999',
      'Transfer-Encoding: chunked\r\n',
      'Location: ',
      'file:///etc/passwd',
      '//[',
      'Content-Range: bytes ',
      'ETag: ',
      'Content-Encoding: gzip\r\n',
      'ffffffff\r\n',
      '\0',
      'é',
    ],
    expects: (error: unknown) => error instanceof TransferProblem,
  };

  fuzz('read whole', {
    ...material,
    read: async (bytes) => {
      answer = bytes;
      await fetchSmall(url(), 4096, { client, timeout: 5000, signal, pauses: [] });
    },
  });

  fuzz('downloaded to a file', {
    ...material,
    writes: true,
    read: async (bytes, folder) => {
      answer = bytes;
      const request = {
        url: url(),
        path: join(folder, 'x.zip'),
        limit: 4096,
        timeout: 5000,
        signal,
        pauses: [1],
      };
      await download(request, client, () => undefined);
    },
  });

  fuzz('fetched for the package cache', {
    ...material,
    writes: true,
    read: async (bytes, folder) => {
      answer = bytes;
      const request = { facts: urlFacts(url()), headers: {}, path: join(folder, 'x') };
      const manner = { client, timeout: 5000, pauses: [1], limit: 4096, signal };
      await fetchFile(request, manner, () => Promise.resolve());
    },
  });
});
