/** A variable's value; empty counts as not set. */
export function setting(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** Whether a switch such as `USE_LXC` is on: `1` or any text but `0`, `false` and `no`. */
export function isOn(value: string | undefined): boolean {
  return !['', '0', 'false', 'no'].includes((value ?? '').toLowerCase());
}
