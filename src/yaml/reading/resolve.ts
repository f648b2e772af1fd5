/** What a scalar without quotes stands for; text where it is nothing else. See `YamlValue` about numbers. */
export function plainValue(text: string): string | number | boolean | null {
  if (text.length <= 5) {
    if (text === '' || text === '~' || /^null$/i.test(text)) return null;
    if (/^(?:yes|true|on)$/i.test(text)) return true;
    if (/^(?:no|false|off)$/i.test(text)) return false;
  }
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (String(number) === text) return number;
  }
  return text;
}
