import { failure } from '../core/errors/gitian-error.js';

/** A user of the guest as numbers, which is what the kernel takes. */
export interface GuestUser {
  readonly uid: number;
  readonly gid: number;
  /** Every group the user is in, the primary one first. */
  readonly groups: readonly number[];
}

/** The texts of a guest's passwd and group files. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

/** What prints a guest's files of users, for {@link parseUsers}. */
export const readUsers = ['sh', '-c', 'cat /etc/passwd; printf "\\0"; cat /etc/group'] as const;

/** Reads what {@link readUsers} prints. */
export function parseUsers(printed: string): UserFiles {
  const [passwd = '', group = ''] = printed.split('\0');
  return { passwd, group };
}

/** The users of one guest, each looked up when it is first asked for. */
export class GuestUsers {
  readonly #known = new Map<string, GuestUser>();
  readonly #read: () => Promise<UserFiles>;
  readonly #begin: UserFiles | undefined;

  /** `begin` is what the files are known to have been when the guest came up: only for users that aren't in it are they read. */
  constructor(read: () => Promise<UserFiles>, begin?: UserFiles) {
    this.#read = read;
    this.#begin = begin;
  }

  /** Throws `guest-user-missing` where there is no such user. */
  async find(name: string): Promise<GuestUser> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const user = isUserName(name) ? await this.#lookUp(name) : undefined;
    if (user === undefined) throw failure('guest-user-missing', { user: name });
    this.#known.set(name, user);
    return user;
  }

  async #lookUp(name: string): Promise<GuestUser | undefined> {
    const known = this.#begin && findGuestUser(name, this.#begin.passwd, this.#begin.group);
    if (known !== undefined) return known;
    const { passwd, group } = await this.#read();
    return findGuestUser(name, passwd, group);
  }
}

/** Finds `name` in the text of a guest's passwd and group files; lines that aren't well formed are passed over. */
export function findGuestUser(name: string, passwd: string, group: string): GuestUser | undefined {
  for (const line of passwd.split('\n')) {
    const [login, , uidText, gidText] = line.split(':');
    const [uid, gid] = [idOf(uidText), idOf(gidText)];
    if (login !== name || uid === undefined || gid === undefined) continue;
    return { uid, gid, groups: [...new Set([gid, ...groupsOf(name, group)])] };
  }
  return undefined;
}

/** Whether `name` can be a user's: what `useradd` takes on Debian and Ubuntu. */
export function isUserName(name: string): boolean {
  return /^[a-z_][a-z0-9_.-]{0,31}$/i.test(name);
}

function groupsOf(name: string, group: string): number[] {
  return group.split('\n').flatMap((line) => {
    const [, , gidText, members = ''] = line.split(':');
    const gid = idOf(gidText);
    return gid !== undefined && members.split(',').includes(name) ? [gid] : [];
  });
}

/** 2³² - 1 is no id: it means "leave it as it is" to the kernel. */
function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id < 0xffff_ffff ? id : undefined;
}
