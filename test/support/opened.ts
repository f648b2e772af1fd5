/** A part of a world that is there from the first test of a file to its last. */
export function opened<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('it is used before the first test');
  return part;
}
