import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { DiskRoom } from '../../../../src/target/tar/disk-room.js';

const mebibyte = 2 ** 20;

/** A disk of which all but so many bytes have to stay free, and how often it was asked. */
function disk(room: number): { readonly room: DiskRoom; readonly asked: () => number } {
  let asked = 0;
  const rest = (): number => {
    asked += 1;
    const { bavail, bsize } = statfsSync(tmpdir());
    return bavail * bsize - room;
  };
  return { room: new DiskRoom(tmpdir(), rest), asked: () => asked };
}

describe('the room on a disk', () => {
  it('is what is free but for the rest', () => {
    // Others write to it too.
    const { room } = disk(1024 * mebibyte);
    expect([room.take(1500 * mebibyte), room.take(500 * mebibyte)]).toEqual([false, true]);
    expect(disk(0).room.take(0)).toBe(false);
  });

  it('is asked for anew when so much was written', () => {
    const { room, asked } = disk(1024 * mebibyte);
    for (let count = 0; count < 4; count++) expect(room.take(32 * mebibyte)).toBe(true);
    expect(asked()).toBe(2);
  });

  it('is taken by empty files and folders too', () => {
    const { room, asked } = disk(1024 * mebibyte);
    for (let count = 0; count <= (64 * mebibyte) / 4096; count++) room.take(0);
    expect(asked()).toBe(2);
  });
});
