import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';
import type { PublicKey } from './address.js';

/**
 * What is offered to a machine's ssh server, the fastest first, and at the end what machines of 2010 have. The
 * connection never leaves this host's loopback: what counts is how much a guest gets through whose processor is emulated,
 * and AES instructions are dearer to emulate than plain arithmetic.
 */
export function algorithms(hostKey: PublicKey | undefined): Algorithms {
  return {
    kex: [
      'curve25519-sha256',
      'ecdh-sha2-nistp256',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group14-sha1',
    ],
    cipher: [
      'chacha20-poly1305@openssh.com',
      'aes128-gcm@openssh.com',
      'aes128-ctr',
      'aes256-gcm@openssh.com',
      'aes256-ctr',
    ],
    hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha1-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha1'],
    compress: ['none'],
    serverHostKey: hostKey === undefined ? anyHostKey : namesOf(hostKey.type),
  };
}

const anyHostKey: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

/** An RSA key signs in several ways. */
function namesOf(type: string): ServerHostKeyAlgorithm[] {
  return anyHostKey.filter((name) => (type === 'ssh-rsa' ? name.includes('rsa') : name === type));
}
