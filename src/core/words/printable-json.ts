/**
 * JSON that is safe on a terminal, and the same value: JSON.stringify leaves DEL, the control characters from U+0080, which
 * are escapes to some terminals, and what changes the direction of text as they are.
 */
export function printableJson(value: object, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
