import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** An answer that is no: its status, and why in a few words, which apt repeats. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** Answers a request with a refusal. */
export function refuse(response: ServerResponse, { status, reason }: Refusal): void {
  response.writeHead(status, statusText(reason), { 'content-length': '0' }).end();
}

/** Answers a request for a tunnel with a refusal, and ends the connection. */
export function refuseTunnel(client: Duplex, { status, reason }: Refusal): void {
  client.end(
    `HTTP/1.1 ${String(status)} ${statusText(reason)}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}

/** What a status line can hold: no other letters than ASCII's, and no end of line. */
function statusText(reason: string): string {
  return reason.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
}
