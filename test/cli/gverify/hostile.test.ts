import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { one, signedReleases } from '../../support/workspaces/signed-releases.js';

const here = signedReleases();

describe('gverify of a repository whose committers mean harm', () => {
  it('goes on beside signatures that name their key at length', () => {
    here.repository.sign('alice', one);
    for (let index = 0; index < 40; index++) {
      const signer = `m${String(index).padStart(2, '0')}`;
      here.repository.write(signer, 'x');
      writeFileSync(`${here.repository.assertion(signer)}.sig`, signatureNaming(Buffer.alloc(60_000, index)));
    }
    const { exitCode, stdout } = here.bothEngines('-r', '1.0', '--threshold', '1', 'hello.yml');
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'alice: OK',
      "m00: BAD SIGNATURE (the signature can't be read: its signature is damaged)",
    ]);
    expect(stdout.match(/its signature is damaged/g)).toHaveLength(40);
    expect(exitCode).toBe(0);
  });
});

/** A signature of version 4 by Ed25519, with these bytes for the fingerprint of its key. */
function signatureNaming(fingerprint: Uint8Array): Uint8Array {
  const issuer = Buffer.concat([Uint8Array.of(255, 0, 0, 0, 0, 33, 4), fingerprint]);
  issuer.writeUInt32BE(fingerprint.length + 2, 1);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(issuer.length);
  const number = Buffer.concat([Uint8Array.of(1, 0), Buffer.alloc(32, 1)]);
  const body = Buffer.concat([
    Uint8Array.of(4, 0, 22, 10, 0, 6, 5, 2, 0x65, 0, 0, 0),
    ...[length, issuer, Uint8Array.of(1, 2), number, number],
  ]);
  const header = Uint8Array.of(0xc2, 255, 0, 0, 0, 0);
  Buffer.from(header.buffer).writeUInt32BE(body.length, 2);
  return Buffer.concat([header, body]);
}
