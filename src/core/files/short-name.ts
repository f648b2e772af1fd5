/** The most bytes that a file's name has. */
export const longestName = 255;

/** As much of a name as has at most so many bytes of UTF-8, in whole characters. */
export function shortName(name: string, bytes: number): string {
  const whole = Buffer.from(name);
  if (whole.length <= bytes) return name;
  let end = bytes;
  while (isWithinCharacter(whole[end])) end -= 1;
  return whole.toString('utf8', 0, end);
}

function isWithinCharacter(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}
