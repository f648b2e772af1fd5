// What Psych takes for something else than text. What begins with neither a letter, a digit nor "_" is put in double
// quotes anyway, so nothing of that is looked for, but for symbols such as `:"a"`: those with a quotation mark aren't.
const wordy = /^[^\d.:-]?[\p{Alphabetic}_ \t\n\v\f\r!@#$%^&*(){}<>|/\\~;=]+/u;
const keyword = /^(?:null|yes|true|on|no|false|off)$/i;
const time =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]|[ \t\v\f\r]+)(\d{1,2}):(\d\d):(\d\d)(?:\.\d*)?(?:[ \t\v\f\r]*(?:Z|([-+]\d{1,2}):?(\d\d)?))?$/;
const date = /^(\d{4})-(1[012]|0\d|\d)-([12]\d|3[01]|0\d|\d)$/;
const symbol = /^:./;
const sexagesimal = /^\d[\d_]*(?::[0-5]?\d){1,2}(?:\.[\d_]*)?$/;
const float = /^\d[\d_,]*\.\d*(?:[eE][-+]\d+)?$/;
const integer = /^(?:0b[01_,]+|0[0-7_,]+|0|[1-9](?:\d|,\d|_\d)*|0x[\dA-Fa-f_,]+)$/;
// Not octal, but other programs could take it for a number.
const octalLike = /^0[0-7]*[89]/;

/** Whether Psych reads this line back as text if it stands without quotes. */
export function isPlainText(line: string): boolean {
  if (line === '' || octalLike.test(line)) return false;
  if (wordy.test(line)) return !keyword.test(line);
  const parts = time.exec(line);
  if (parts !== null) return !isTime(parts);
  const day = date.exec(line);
  if (day !== null) return !isDay(Number(day[1]), Number(day[2]), Number(day[3]));
  return ![symbol, sexagesimal, float, integer].some((pattern) => pattern.test(line));
}

/** As Ruby's `Time.utc` sees it: every month may have 31 days, a minute 61 seconds, a day end at 24:00:00. */
function isTime(parts: RegExpExecArray): boolean {
  const [month, day, hour, minute, second] = parts.slice(2, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || second > 60) return false;
  if (hour > 24 || (hour === 24 && minute + second > 0)) return false;
  const hours = Number(parts[7] ?? 0);
  const minutes = Number(parts[8] ?? 0);
  return Math.abs(hours * 60 + (hours < 0 ? -minutes : minutes)) < 24 * 60;
}

function isDay(year: number, month: number, day: number): boolean {
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(year, month, 0);
  return month >= 1 && day >= 1 && day <= lastDay.getUTCDate();
}
