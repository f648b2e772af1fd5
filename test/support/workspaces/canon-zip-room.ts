import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { executable, runProgram, type Outcome } from '../commands.js';
import { makeZip } from '../samples/zip-maker.js';

/** A folder that canon-zip runs in, with a blank in its name. */
export class CanonZipRoom {
  folder = '';

  open(): void {
    this.folder = mkdtempSync(join(tmpdir(), 'canon zip-'));
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, ...zip: Parameters<typeof makeZip>): void {
    writeFileSync(this.at(name), makeZip(...zip));
  }

  canonZip(args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
    return runProgram(executable('canon-zip'), args, { cwd: this.folder, env });
  }
}

/** A room made anew for each test. */
export function canonZipRoom(): CanonZipRoom {
  const room = new CanonZipRoom();
  beforeEach(() => {
    room.open();
  });
  afterEach(() => {
    room.close();
  });
  return room;
}
