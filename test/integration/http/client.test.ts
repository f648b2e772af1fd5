import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpClient } from '../../../src/http/client.js';

let answers: ((response: ServerResponse) => void)[] = [];
let asked = 0;
const server = createServer((_request, response) => {
  asked++;
  answers.shift()?.(response);
});
let client: HttpClient;
let url: string;

const well = (response: ServerResponse): void => {
  response.end('well');
};
const cut = (response: ServerResponse): void => {
  response.req.socket.resetAndDestroy();
};

beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  asked = 0;
  client = new HttpClient({
    proxies: { http: '', https: '', none: '' },
    timeout: 5000,
    signal: new AbortController().signal,
    userAgent: 'test',
    keptConnections: 1,
  });
});
afterEach(async () => {
  client[Symbol.dispose]();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('a connection that is kept', () => {
  const ask = async (): Promise<string> => text((await client.get(url)).body);

  it('and cut before an answer has begun is no reason to fail', async () => {
    answers = [well, cut, well];
    expect(await ask()).toBe('well');
    expect(await ask()).toBe('well');
    expect(asked).toBe(3);
  });

  it('and cut within an answer is asked nothing again', async () => {
    answers = [
      well,
      (response) => {
        response.writeHead(200, { 'content-length': 10 }).write('half', () => setTimeout(cut, 100, response));
      },
      well,
    ];
    expect(await ask()).toBe('well');
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(asked).toBe(2);
  });
});
