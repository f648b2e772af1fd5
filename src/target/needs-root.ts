import type { TargetDriver } from './target.js';

/** A rare ability of drivers: doing some of their work as root. */
export interface NeedsRoot {
  /**
   * Obtains root before anything is begun, in a terminal perhaps by a password, which isn't forgotten until the result is
   * disposed. Throws `root-needed`. Calls that come without it obtain root themselves.
   */
  obtainRoot(): Promise<Disposable>;
}

/** Whether a driver does. */
export function needsRoot(driver: TargetDriver): driver is TargetDriver & NeedsRoot {
  return 'obtainRoot' in driver;
}
