/** A promise that somebody else settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  /** The first call counts. */
  readonly resolve: (value: T) => void;
}

/** Makes a promise that is still open. */
export function deferred<T>(): Deferred<T> {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: settle };
}
