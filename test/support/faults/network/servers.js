// A name server and a web server for a network of a test's own, and what tests do to them. Every name leads to ADDRESS.
// Reads a line per order from stdin: `names answer|fail|silent|gone`, `web answer|silent|break|change|gone`; says `done`.
import { Buffer } from 'node:buffer';
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { createInterface } from 'node:readline';

const [address, root] = process.argv.slice(2);
const behaviour = { names: 'answer', web: 'answer' };

let names;
let web;

/** Answers one question: an address for type A, nothing for other types, or that it can't. */
function answerName(question) {
  const type = question.readUInt16BE(question.indexOf(0, 12) + 1);
  const end = question.indexOf(0, 12) + 5;
  const found = type === 1 && behaviour.names === 'answer';
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]);
  const reply = Buffer.concat([question.subarray(0, end), ...(found ? [answer] : [])]);
  reply.writeUInt16BE(behaviour.names === 'fail' ? 0x8182 : 0x8180, 2);
  for (const [place, count] of [1, found ? 1 : 0, 0, 0].entries()) reply.writeUInt16BE(count, 4 + place * 2);
  return reply;
}

function openNames(opened) {
  names = createSocket('udp4');
  names.on('message', (question, from) => {
    if (behaviour.names !== 'silent') names.send(answerName(question), from.port, from.address);
  });
  names.bind(53, opened);
}

function dated(stat, body) {
  return { 'content-length': body.length, 'last-modified': stat.mtime.toUTCString() };
}

/** Files below the root; elsewhere nothing is new since the client has asked last. */
function answerRequest(request, response) {
  const path = join(root, normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname)));
  const stat = statSync(path, { throwIfNoEntry: false });
  const body = stat?.isFile() ? readFileSync(path) : undefined;
  if (behaviour.web === 'silent') return;
  const next = `${path}.next`;
  if (behaviour.web === 'change' && existsSync(next)) {
    // Half of the file is sent when there is another.
    renameSync(next, path);
    response.writeHead(200, dated(stat, body));
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
    return;
  }
  if (behaviour.web === 'break') {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('x'.repeat(500), () => response.destroy());
  } else if (body !== undefined) {
    response.writeHead(200, dated(stat, body)).end(request.method === 'HEAD' ? undefined : body);
  } else response.writeHead(request.headers['if-modified-since'] === undefined ? 404 : 304).end();
}

function openWeb(opened) {
  web = createServer(answerRequest).listen(80, opened);
}

/** `gone` closes the socket, so that whoever asks is refused; everything else opens it again. */
const change = {
  names(how, done) {
    if (how === 'gone') names.close(done);
    else if (behaviour.names === 'gone') openNames(done);
    else done();
  },
  web(how, done) {
    web.closeAllConnections();
    if (how === 'gone') web.close(done);
    else if (behaviour.web === 'gone') openWeb(done);
    else done();
  },
};

openNames(() => openWeb(() => process.stdout.write('done\n')));
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [which, how] = line.split(' ');
    change[which](how, () => process.stdout.write('done\n'));
    behaviour[which] = how;
  })
  .on('close', () => process.exit());
