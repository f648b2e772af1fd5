import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reach } from '../../../src/http/addresses.js';
import { HttpClient } from '../../../src/http/client.js';
import { connectionProblem, TransferProblem } from '../../../src/http/problem.js';

let answers: ((response: ServerResponse) => void)[] = [];
let asked = 0;
const server = createServer((_request, response) => {
  asked++;
  answers.shift()?.(response);
});
let client: HttpClient;
let reach: () => Reach;
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
  reach = () => 'anywhere';
  client = new HttpClient({
    proxies: { http: '', https: '', none: '' },
    timeout: 5000,
    signal: new AbortController().signal,
    userAgent: 'test',
    keptConnections: 1,
    reach: () => reach(),
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

  it('and cut when the host may not be asked any more is not asked again', async () => {
    answers = [well, cut, well];
    expect(await ask()).toBe('well');
    reach = () => {
      reach = () => {
        throw new TransferProblem('it is out of reach', { passing: false });
      };
      return 'anywhere';
    };
    await expect(ask()).rejects.toThrow('it is out of reach');
    expect(asked).toBe(2);
  });
});

describe('an answer', () => {
  it('that is cut before anybody reads it is told as any other', async () => {
    answers = [
      (response) => {
        response.writeHead(200, { 'content-length': 10 }).write('half', () => setTimeout(cut, 20, response));
      },
    ];
    const { body } = await client.get(url);
    await new Promise((resolve) => body.once('close', resolve));
    const error: unknown = await text(body).catch((reason: unknown) => reason);
    expect(connectionProblem(error).message).toBe('the connection was cut');
  });
});
