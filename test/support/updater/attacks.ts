import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { makeZip, type MadeMember } from '../samples/zip-maker.js';
import type { PackageSpec } from './publisher.js';
import { updaterWorld, type UpdaterWorld } from './world.js';

/** What is installed. */
export const oldRelease: PackageSpec = { release: '1.0', files: { 'bin/hello': 'one', README: 'same' } };

/** What is published, with something wrong in it. */
export const newRelease: PackageSpec = { release: '1.1', files: { 'bin/hello': 'two', README: 'same' } };

/** What is published, and a part of what is said of it. */
export type Attack = readonly [title: string, make: () => readonly MadeMember[] | Buffer, says: RegExp];

/** All members but those with these names. */
export function without(made: readonly MadeMember[], ...names: string[]): MadeMember[] {
  return made.filter(({ name }) => !names.includes(String(name)));
}

/** An installation that updates itself from a package by somebody who means harm. */
class AttackedInstallation {
  readonly world: UpdaterWorld;
  #home = '';
  #installed = '';

  constructor(world: UpdaterWorld) {
    this.world = world;
  }

  /** Installs the old release, which is copied for every test. */
  async begin(): Promise<void> {
    const { world } = this;
    world.fresh();
    world.publish(oldRelease);
    world.configureUrl();
    expect((await world.update()).exitCode).toBe(0);
    this.#home = world.folder;
    this.#installed = world.dest;
  }

  end(): void {
    rmSync(this.#home, { recursive: true });
  }

  /** The members of the new release. */
  members(change: Partial<PackageSpec> = {}): MadeMember[] {
    return this.world.publisher.members({ ...newRelease, ...change });
  }

  /** Outputs, and an assertion of anything by every builder. */
  signedAll(assertion: string): MadeMember[] {
    return [
      ...this.members({ signers: [] }),
      ...['alice', 'bob', 'carol'].flatMap((signer) => this.world.publisher.evidence(signer, assertion)),
    ];
  }

  /** Expects that the package is not trusted, and that all stays as it was. */
  async refuses([, make, says]: Attack): Promise<void> {
    const { world } = this;
    world.configureUrl();
    cpSync(this.#installed, world.dest, { recursive: true });
    const made = make();
    world.server.put('/hello.zip', Buffer.isBuffer(made) ? made : makeZip(made));
    const { exitCode, stderr, stdout } = await world.update('--json');
    expect(stderr).toMatch(says);
    expect(stderr).toContain('the package is not trusted');
    expect(stderr).not.toMatch(/this is a bug|\n {4}at /);
    expect(exitCode).toBe(5);
    expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'untrusted', exitCode: 5 });
    expect(world.installed()).toEqual(oldRelease.files);
    expect(readdirSync(world.dest).sort()).toEqual(['.gitian-manifest', 'README', 'bin', 'gitian']);
    expect(readFileSync(join(world.dest, '.gitian-manifest'), 'utf8')).toContain('release: "1.0"');
    expect(readdirSync(world.folder).sort()).toEqual(['config.yml', 'dest']);
  }
}

/** An installation to attack in every test of the file that calls this. */
export function attackedInstallation(): AttackedInstallation {
  const installation = new AttackedInstallation(updaterWorld());
  beforeAll(() => installation.begin());
  afterAll(() => {
    installation.end();
  });
  return installation;
}
