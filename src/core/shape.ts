/** Hears in a sentence what keeps a value from having a shape. */
type Tell = (problem: string) => void;

/** Whether a value that came from outside is a `T`; `at` is its place in the whole, such as `packages[3].name`. */
export type Shape<T> = (value: unknown, at: string, tell: Tell) => value is T;

/** The shape of what passes a test; `expected` completes "must be …". */
export function plain<T>(expected: string, test: (value: unknown) => value is T): Shape<T> {
  return (value, at, tell): value is T => {
    if (test(value)) return true;
    tell(`${at === '' ? 'it' : `"${at}"`} must be ${expected}`);
    return false;
  };
}

/** Any text. */
export const text = plain('text', (value) => typeof value === 'string');

/** A whole number from 0. */
export const count = plain(
  'a whole number',
  (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
);

/** A SHA-256 in lower-case hexadecimal. */
export const sha256 = matching(/^[0-9a-f]{64}$/, 'a SHA-256');

/** An object with whatever is in it. */
export const anyObject = plain(
  'an object',
  (value): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
);

const anyList = plain('a list', (value): value is readonly unknown[] => Array.isArray(value));

/** Text that a pattern matches. */
export function matching(pattern: RegExp, expected: string): Shape<string> {
  return plain(expected, (value): value is string => typeof value === 'string' && pattern.test(value));
}

/** One value and no other. */
export function only<const T extends string | number>(wanted: T): Shape<T> {
  return plain(String(wanted), (value): value is T => value === wanted);
}

/** What may be missing. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, at, tell): value is T | undefined => value === undefined || shape(value, at, tell);
}

/** A list of things of one shape. */
export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value, at, tell): value is readonly T[] =>
    anyList(value, at, tell) && all(value.map((one, index) => item(one, `${at}[${String(index)}]`, tell)));
}

/** An object with a shape for each of its fields; it may have more. */
export function object<T extends object>(fields: {
  readonly [K in keyof T]-?: Shape<T[K]>;
}): Shape<T> {
  const shapes = Object.entries<Shape<unknown>>(fields);
  return (value, at, tell): value is T =>
    anyObject(value, at, tell) &&
    all(shapes.map(([name, shape]) => shape(value[name], at === '' ? name : `${at}.${name}`, tell)));
}

/** Whether a value has a shape. */
export function fits<T>(value: unknown, shape: Shape<T>): value is T {
  return shape(value, '', () => undefined);
}

/** What a JSON text says, if that has a shape; `tell` hears why it hasn't. */
export function parseJson<T>(json: string, shape: Shape<T>, tell: Tell = () => undefined): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    tell('it is not JSON');
    return undefined;
  }
  return shape(value, '', tell) ? value : undefined;
}

/** Every question has been asked by now, so that each problem is told. */
function all(answers: readonly boolean[]): boolean {
  return !answers.includes(false);
}
