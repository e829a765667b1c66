/**
 * The times of an RRSIG, `20261123103508` (RFC 4034 §3.2): seconds since 1970 in 32 bits, written as a UTC date.
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";

export function printTime(time: number): string {
  const { year, month, day } = dateOf(Math.floor(time / 86_400));
  const rest = time % 86_400;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  return `${year}${[month, day, ...clock].map((part) => String(part).padStart(2, "0")).join("")}`;
}

/** Fourteen digits are a date, fewer are seconds. */
export function parseTime(text: string): Result<number, string> {
  const wrong = err(`not YYYYMMDDHHmmSS or seconds up to 4294967295: ${text}`);
  if (/^[0-9]{1,10}$/.test(text)) return Number(text) < 2 ** 32 ? ok(Number(text)) : wrong;
  const parts = /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})$/.exec(text);
  if (parts === null) return wrong;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return wrong;
  const time = daysOf(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  // The date must be one: 31 April counts on into May.
  return time >= 0 && time < 2 ** 32 && printTime(time) === text ? ok(time) : wrong;
}

/** Days from 1970-01-01; a year is counted from March, so that the leap day comes last. */
function daysOf(year: number, month: number, day: number): number {
  const from = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    365 * from +
    Math.floor(from / 4) -
    Math.floor(from / 100) +
    Math.floor(from / 400) +
    dayOfYear -
    MARCH_0_TO_1970
  );
}

/** Days from 1 March of the year 0 to 1970. */
const MARCH_0_TO_1970 = 719_468;

function dateOf(days: number): { year: number; month: number; day: number } {
  let year = 1970 + Math.floor(days / 366);
  while (daysOf(year + 1, 1, 1) <= days) year++;
  let month = 1;
  while (month < 12 && daysOf(year, month + 1, 1) <= days) month++;
  return { year, month, day: days - daysOf(year, month, 1) + 1 };
}
