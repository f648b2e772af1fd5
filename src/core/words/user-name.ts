import { userInfo } from 'node:os';

/** What the host calls this process's user: in a container that may be a number only. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
