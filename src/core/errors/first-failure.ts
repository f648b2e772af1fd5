/** When a clean-up fails after a failure, the language throws both in one; the first is what the user has to know. */
export function firstFailure(thrown: unknown): unknown {
  let first = thrown;
  while (first instanceof Error && first.name === 'SuppressedError' && 'suppressed' in first) {
    first = first.suppressed;
  }
  return first;
}
