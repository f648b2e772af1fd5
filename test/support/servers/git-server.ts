import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** A git server on loopback, ended with the test. */
export interface GitServer extends AsyncDisposable {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
}

/** How a server answers: as git's own backend over the repositories of a folder, or otherwise. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves over HTTP what `answer` says. */
export async function serve(answer: Answer): Promise<GitServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with git's own CGI program, for repositories below `root`. */
export function repositoriesBelow(root: string, config: readonly string[] = []): Answer {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const child = spawn('git', [...config.flatMap((entry) => ['-c', entry]), 'http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: decodeURIComponent(url.pathname),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_ADDR: '127.0.0.1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(child.stdin);
    child.stdin.on('error', () => undefined);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      answerLikeCgi(Buffer.concat(chunks), response);
    });
  };
}

function answerLikeCgi(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const [name = '', value = ''] = line.split(': ');
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.end(output.subarray(end + 4));
}

/** Answers as the oldest protocol has it, with one branch, and words of the server's own in place of a pack. */
export function talking(words: Iterable<string>): Answer {
  return answering(channels.words, words);
}

/** The same with a pack, or what is called one. */
export function sendingPack(parts: Iterable<Buffer>): Answer {
  return answering(channels.pack, parts);
}

const channels = { pack: 1, words: 2 } as const;

/** Sends parts on one of the protocol's channels of less than 64 KiB each, and breaks off where that isn't the pack's. */
function answering(channel: number, parts: Iterable<string | Buffer>): Answer {
  const line = (payload: string | Buffer): Buffer => {
    const bytes = Buffer.from(payload);
    return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
  };
  return (request, response) => {
    if (request.method === 'GET') {
      const refs = `${'1'.repeat(40)} refs/heads/master\0side-band-64k\n`;
      response.setHeader('Content-Type', 'application/x-git-upload-pack-advertisement');
      response.end(
        Buffer.concat([
          line('# service=git-upload-pack\n'),
          Buffer.from('0000'),
          line(refs),
          Buffer.from('0000'),
        ]),
      );
      return;
    }
    response.setHeader('Content-Type', 'application/x-git-upload-pack-result');
    const packets = function* (): Generator<Buffer> {
      yield line('NAK\n');
      for (const part of parts) yield line(Buffer.concat([Buffer.from([channel]), Buffer.from(part)]));
      if (channel === channels.pack) yield Buffer.from('0000');
    };
    const sent = Readable.from(packets());
    response.on('close', () => sent.destroy());
    sent.pipe(response);
  };
}
