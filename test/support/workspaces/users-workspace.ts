import { chown } from 'node:fs/promises';
import type { CommandName } from '../../../src/cli/command-files.js';
import { baseImages, cannotBuild } from '../base-image.js';
import { executable, type Outcome } from '../commands.js';
import { noOrdinaryUser, OrdinaryUser } from '../ordinary-user.js';
import { TargetWorkspace } from './target-workspace.js';

/** Why there can be no workspace with containers of an ordinary user, if so. */
export const noUsersWorkspace = cannotBuild ? 'needs root or sudo, and LXC' : noOrdinaryUser;

/** An ordinary user's workspace for containers. */
export class UsersWorkspace implements AsyncDisposable {
  readonly user: OrdinaryUser;
  readonly place: TargetWorkspace;

  private constructor(user: OrdinaryUser, place: TargetWorkspace) {
    this.user = user;
    this.place = place;
  }

  static async create(): Promise<UsersWorkspace> {
    const images = baseImages('bookworm', ['amd64']);
    const user = new OrdinaryUser();
    const place = await TargetWorkspace.create('lxc', images);
    await chown(place.root, user.uid, user.uid);
    return new UsersWorkspace(user, place);
  }

  /** Runs a command there as the user. */
  run(name: CommandName, ...args: readonly string[]): Outcome {
    return this.user.run(this.place.root, [executable(name), ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.place[Symbol.asyncDispose]();
    this.user[Symbol.dispose]();
  }
}
