import { describe } from 'vitest';
import { diagnose as diagnoseImage } from '../../src/base-image/installation/diagnosis.js';
import { explainGit } from '../../src/build/git/explain.js';
import { diagnose as diagnoseLog, scriptHint } from '../../src/build/guest/log-diagnosis.js';
import { explainGpg, isUnusableKey } from '../../src/signing/gpg-failure.js';
import { explainRefusal } from '../../src/target/virtualbox/vboxmanage/refusal.js';
import { fuzz } from './support/fuzz.js';

const texts = (...all: string[]): Buffer[] => all.map((text) => Buffer.from(text));

/** Long lines of the beginnings of what is looked for, and of what comes in between. */
const long = (...beginnings: string[]): Buffer[] =>
  texts(...[...beginnings, ' ', '\n', '\t'].map((text) => text.repeat(400_000 / text.length)));

const attempt = {
  image: 'x',
  suite: 'x',
  architecture: 'amd64',
  keyrings: [],
  directory: '/x',
  disk: 1,
  programs: [],
};

const tooLong = (reason: string): boolean => reason.length > 5000;

describe('what programs say when they fail', () => {
  fuzz('git, in the words of a server too', {
    seeds: [
      ...texts(
        "error: cannot lock ref 'refs/heads/x': Unable to create '/a/x.lock': File exists.\n",
        "remote: a\rremote: b\nfatal: repository 'x' not found\n",
        "fatal: transport 'ext' not allowed\nCould not resolve host: x\n",
      ),
      ...long('cannot lock ref ', "Unable to create '", "repository '", 'remote: ', 'Could not resolve host'),
    ],
    pieces: [
      "'",
      '\n',
      '\r',
      ' ',
      'cannot lock ref ',
      "Unable to create '",
      ".lock': File exists",
      'fatal: ',
    ],
    read: (bytes) => {
      if (tooLong(explainGit(bytes.toString('utf8')).reason)) throw new Error('too long');
    },
  });

  fuzz('apt and dpkg in a guest', {
    seeds: [
      ...texts(
        'E: Failed to fetch http://x/a.deb  404  Not Found [IP: 127.0.0.1 80]\n',
        "Package 'x' has no installation candidate\nE: Unable to locate package y\n",
        "Temporary failure resolving 'x'\nW: NO_PUBKEY 0123\n",
      ),
      ...long('E: Failed to fetch x ', "Package '", 'x  [IP: ', "Could not resolve '"),
      ...texts(
        `E: Failed to fetch x ${' '.repeat(400_000)}x`,
        `E: Failed to fetch x${'\n'.repeat(400_000)}x`,
      ),
    ],
    pieces: [' ', '\n', "'", 'E: ', 'E: Failed to fetch ', ' [IP: ', 'Package ', 'NO_PUBKEY ', '\t'],
    read: (bytes) => {
      const lines = bytes.toString('utf8').split('\n');
      scriptHint(1, lines);
      if (tooLong(diagnoseLog(lines, 'x').reason)) throw new Error('too long');
    },
  });

  fuzz('apt and mmdebstrap while an image is made', {
    seeds: [
      ...texts(
        "E: The repository 'http://x bookworm InRelease' does not have a Release file\n",
        'W:   The following signatures were invalid: NO_PUBKEY 0123\nE: disk\n',
        'E: the disk is too small: 900 MiB are needed\nErr: Could not connect to x\n',
      ),
      ...long('E: The repository ', 'Connection ', 'Mirror sync in ', 'E: '),
      ...texts(`W: ${' '.repeat(400_000)}x`, `E: Hash Sum ${'x'.repeat(400_000)}`),
    ],
    pieces: [' ', '\n', "'", 'E: ', 'W: ', 'NO_PUBKEY', 'Hash Sum mismatch', 'Connection refused', '\t'],
    read: (bytes) => {
      if (tooLong(diagnoseImage(bytes.toString('utf8').split('\n'), attempt, 'log').message))
        throw new Error('too long');
    },
  });

  fuzz('VBoxManage and GnuPG', {
    seeds: [
      ...texts(
        "VBoxManage: error: Could not find a registered machine named 'x'\n",
        'VBoxManage: error: VERR_SSM_NO_MEMORY\nVBOX_E_INVALID_VM_STATE\n',
        'gpg: signing failed: No secret key\ngpg: key 0123 revoked\n',
      ),
      ...long('VERR_', 'Machine settings file ', 'does not match the value ', 'Key ', 'gpg: '),
    ],
    pieces: [' ', '\n', 'VERR_', 'NO_MEMORY', 'VBoxManage: ', 'error: ', 'gpg: ', 'key', ' revoked', '0%'],
    read: (bytes) => {
      const stderr = bytes.toString('utf8');
      isUnusableKey(stderr);
      const { outcome } = explainGpg({ stderr, exitCode: 2, signer: 'x', validity: undefined });
      if (tooLong(outcome) || tooLong(explainRefusal(stderr, 'x').reason)) throw new Error('too long');
    },
  });
});
