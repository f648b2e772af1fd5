import { describe, expect, it } from 'vitest';
import { explainGit } from '../../../../src/build/git/explain.js';

describe('what git says, explained', () => {
  it.each([
    ["fatal: transport 'ext' not allowed", 'git\'s "ext" transport is not allowed'],
    ["fatal: unable to access 'https://x.y/': Could not resolve host: x.y", 'the host "x.y" is not known'],
    [
      'ssh: Could not resolve hostname x.y: Name or service not known\nfatal: Could not read from remote repository.',
      'the host "x.y" is not known',
    ],
    ['fatal: unable to look up x.y (port 9418) (Name or service not known)', 'the host "x.y" is not known'],
    [
      'fatal: unable to connect to localhost:\nlocalhost[0: 127.0.0.1]: errno=Connection refused',
      'the server refuses the connection, or there is none',
    ],
    ['ssh: connect to host x port 22: Connection timed out', 'the server does not answer'],
    [
      'fatal: unable to access: Operation too slow. Less than 1 bytes/sec transferred the last 120 seconds',
      'the server does not answer',
    ],
    [
      'Host key verification failed.\nfatal: Could not read from remote repository.',
      "the server's ssh key is not known here",
    ],
    [
      'fatal: unable to access: server certificate verification failed. CAfile: none',
      "the server's certificate is not accepted",
    ],
    [
      'git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.',
      'the server wants to know who you are',
    ],
    [
      "fatal: could not read Username for 'https://x': terminal prompts disabled",
      'the server wants to know who you are',
    ],
    ['/share/git/bounded.sh: 11: exec: git: Permission denied', "git can't be run"],
    [
      'unknown option: --no-optional-locks\nusage: git [--version]',
      "this host's git does not know what it is asked for",
    ],
    [
      "fatal: unable to access 'http://x/': transfer closed with 500 bytes remaining to read",
      'the connection broke off',
    ],
    ['error: could not lock config file: Read-only file system', 'the disk is read-only'],
    ["fatal: '/x' does not appear to be a git repository", 'there is no git repository'],
    [
      "fatal: detected dubious ownership in repository at '/a/b'\nTo add an exception",
      '"/a/b" belongs to somebody else',
    ],
    [
      "fatal: Unable to create '/a/.git/index.lock': File exists.",
      'another git works on it, or one was killed there',
    ],
    [
      "error: cannot lock ref 'refs/heads/x': Unable to create '/a/.git/refs/heads/x.lock': File exists.",
      'another git works on it, or one was killed there',
    ],
    ['error: RPC failed; curl 56\nfatal: early EOF', 'the connection broke off'],
    ['fatal: write error: No space left on device', 'the disk is full'],
    [
      "error: unable to write file f9\nfatal: sha1 file '/a/.git/index.lock' write error. Out of diskspace",
      'the disk is full',
    ],
    [
      'fatal: Out of memory, malloc failed (tried to allocate 2147483521 bytes)\nfatal: unpack-objects failed',
      "git's memory does not hold it",
    ],
    ['warning: x\nReceiving objects: 3%\rReceiving objects: 4%\nfatal: something new', 'something new'],
    ['something without a word', 'something without a word'],
    ['', 'git gave no reason'],
  ])('%j', (words, reason) => {
    expect(explainGit(words).reason).toBe(reason);
  });

  it('gives something to type where there is something', () => {
    expect(explainGit("fatal: detected dubious ownership in repository at '/a'").hint).toBe(
      'git config --global --add safe.directory /a',
    );
    expect(explainGit("fatal: Unable to create '/a/.git/index.lock': File exists.").hint).toBe(
      'when none is left: rm /a/.git/index.lock',
    );
  });

  it('gives nothing to type that a shell would run, since these may be the words of a server', () => {
    expect(explainGit("remote: fatal: Unable to create '/a;$(touch x).lock': File exists.").hint).toBe(
      "when none is left: rm '/a;$(touch x).lock'",
    );
    expect(explainGit("remote: detected dubious ownership in repository at '/a;touch x'").hint).toBe(
      "git config --global --add safe.directory '/a;touch x'",
    );
    expect(explainGit("remote: fatal: Unable to create '/a\0.lock': File exists.").hint).toBeUndefined();
  });

  it('keeps it short', () => {
    expect(explainGit(`fatal: ${'x'.repeat(5000)}`).reason.length).toBe(301);
  });
});
