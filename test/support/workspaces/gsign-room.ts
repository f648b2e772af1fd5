import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Outcome } from '../commands.js';
import { GnupgHome } from './gnupg-home.js';
import { SigningWorkspace } from './signing-workspace.js';
import { opened } from '../opened.js';

/** Keys for a whole test file, and a workspace for each test, to run gsign in. */
class GsignRoom {
  #home: GnupgHome | undefined;
  #workspace: SigningWorkspace | undefined;

  /** Makes the keys of `alice@example.org` and `Bob B`. */
  open(): void {
    this.#home = new GnupgHome();
    this.#home.generate('alice@example.org');
    this.#home.generate('Bob B');
  }

  close(): void {
    this.#home?.[Symbol.dispose]();
  }

  /** A new workspace for the next test. */
  fresh(): void {
    this.#workspace = new SigningWorkspace();
  }

  clean(): void {
    this.#workspace?.[Symbol.dispose]();
  }

  get home(): GnupgHome {
    return opened(this.#home);
  }

  get workspace(): SigningWorkspace {
    return opened(this.#workspace);
  }

  gsign(...args: string[]): Outcome {
    return this.workspace.run('gsign', args, this.home.env);
  }

  at(...parts: string[]): string {
    return join(this.workspace.path, ...parts);
  }

  /** The names of all that is in the workspace. */
  everything(): string[] {
    return readdirSync(this.workspace.path, { recursive: true, encoding: 'utf8' }).sort();
  }

  /** An executable of the test's own. */
  script(name: string, lines: string): string {
    writeFileSync(this.at(name), `#!/bin/sh\n${lines}\n`);
    chmodSync(this.at(name), 0o755);
    return this.at(name);
  }
}

/** The room of a test file's tests. */
export function gsignRoom(): GsignRoom {
  const room = new GsignRoom();
  beforeAll(() => {
    room.open();
  });
  afterAll(() => {
    room.close();
  });
  beforeEach(() => {
    room.fresh();
  });
  afterEach(() => {
    room.clean();
  });
  return room;
}
