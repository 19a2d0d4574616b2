/** Days and times of day as they are typed, shown and reckoned; a day is `2026-11-28`, a time of day `09:30`. */
export type Words = 'zh-CN' | 'en';

const dayMs = 86_400_000;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const width = (value: number, digits: number): string => String(value).padStart(digits, '0');
const utc = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const isoOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** This day of this month where there is one. */
function made(year: number, month: number, day: number): string | null {
  const text = `${width(year, 4)}-${width(month, 2)}-${width(day, 2)}`;
  const ms = utc(text);
  return year >= 1000 && !Number.isNaN(ms) && isoOf(ms) === text ? text : null;
}

/** The day that somebody typed: `2026-11-28`, `2026/11/28`, `20261128`, `2026年11月28日`, `28 Nov 2026`, and of this year `11/28`, `11月28日`, `Nov 28`. A day before its month in figures is nobody's guess: null. */
export function readDay(text: string, today: string): string | null {
  const typed = text.normalize('NFKC').trim().toLowerCase().replace(/\s*([-/.年月日号,])\s*/g, '$1');
  const year = today.slice(0, 4);
  const figures = /^(\d{4})(\d\d)(\d\d)$/.exec(typed) ?? /^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?$/.exec(typed) ?? /^(\d{4}) (\d{1,2}) (\d{1,2})$/.exec(typed);
  if (figures) return made(Number(figures[1] ?? year), Number(figures[2]), Number(figures[3]));
  const named = /^([a-z]{3,9})\.? ?(\d{1,2})(?:[, ](\d{4}))?$/.exec(typed) ?? swap(/^(\d{1,2}) ?([a-z]{3,9})\.?(?:[, ]?(\d{4}))?$/.exec(typed));
  if (!named) return null;
  return made(Number(named[3] ?? year), months.findIndex((one) => named[1]?.startsWith(one)) + 1, Number(named[2]));
}

const swap = (found: RegExpExecArray | null) => found && [found[0], found[2], found[1], found[3]];

/** Is this text a day to its end, so that nothing more is to be typed? */
export const isWhole = (text: string): boolean => /^\s*(\d{4}[-/.]\d{1,2}[-/.]\d\d|\d{8}|.*[日号]|.*[a-z].*\d{4})\s*$/i.test(text);

export const showPlain = (day: string, lang: Words): string => new Intl.DateTimeFormat(lang, { timeZone: 'UTC', dateStyle: 'medium' }).format(utc(day));
export const showWeekday = (day: string, lang: Words): string => new Intl.DateTimeFormat(lang, { timeZone: 'UTC', dateStyle: 'full' }).format(utc(day));
export const showMonth = (day: string, lang: Words): string => new Intl.DateTimeFormat(lang, { timeZone: 'UTC', year: 'numeric', month: 'long' }).format(utc(day));

/** Monday to Sunday, as a column's head and in full. */
export function weekdays(lang: Words): { short: string; long: string }[] {
  const say = (weekday: 'narrow' | 'short' | 'long', day: number) => new Intl.DateTimeFormat(lang, { timeZone: 'UTC', weekday }).format(utc('2024-01-01') + day * dayMs);
  return [0, 1, 2, 3, 4, 5, 6].map((day) => ({ short: say(lang === 'en' ? 'short' : 'narrow', day), long: say('long', day) }));
}

export const plusDays = (day: string, more: number): string => isoOf(utc(day) + more * dayMs);

/** The same day of another month, or that month's last. */
export function plusMonths(day: string, more: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const first = isoOf(Date.UTC(year, month - 1 + more, 1));
  return plusDays(first, Math.min(date, lengthOf(first)) - 1);
}

/** How many days has the month of this day? */
export const lengthOf = (day: string): number => new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate();

/** 0 of Monday to 6 of Sunday. */
export const weekdayOf = (day: string): number => (new Date(utc(day)).getUTCDay() + 6) % 7;

/** The weeks of a day's month, Monday first; null where a week has days of another month. */
export function weeksOf(day: string): (string | null)[][] {
  const first = `${day.slice(0, 7)}-01`;
  const days = [...Array<null>(weekdayOf(first)).fill(null), ...Array.from({ length: lengthOf(day) }, (_, at) => plusDays(first, at))];
  const weeks = Math.ceil(days.length / 7);
  return Array.from({ length: weeks }, (_, week) => Array.from({ length: 7 }, (_, at) => days[week * 7 + at] ?? null));
}

export const within = (day: string, min = '', max = ''): boolean => (!min || day >= min) && (!max || day <= max);
export const nearest = (day: string, min = '', max = ''): string => (min && day < min ? min : max && day > max ? max : day);

/** The time of day that somebody typed, of 24 hours: `9:30`, `0930`, `9`, `9点30分`, `9点半`, `下午3点`, `3:30 pm`. */
export function readTime(text: string): string | null {
  const typed = text.normalize('NFKC').trim().toLowerCase().replace('半', '30');
  const found = /^(上午|下午|晚上)?\s*(\d{1,2})(?:[:点时.]|(?=\d\d\b))?\s*(?:(\d\d)分?)?\s*([ap])?\.?(?:m\.?)?$/.exec(typed);
  if (!found) return null;
  const [, part, hours, minutes = '0', half] = found;
  const isLate = half === 'p' || part === '下午' || part === '晚上';
  const isNamed = half !== undefined || part !== undefined;
  const hour = Number(hours);
  if ((half && (hour < 1 || hour > 12)) || Number(minutes) > 59) return null;
  const said = isNamed && hour === 12 ? (isLate ? 12 : 0) : isLate && hour < 12 ? hour + 12 : hour;
  return said > 23 ? null : `${width(said, 2)}:${width(Number(minutes), 2)}`;
}

/** The instant at which clocks of this zone show this day and time (`2026-11-28T09:30`), whichever zone the browser is in. */
export function instantOf(local: string, zone: string): string {
  const said = Date.parse(`${local}Z`);
  const shown = (ms: number) => Date.parse(`${new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(ms).replace(' ', 'T')}Z`);
  const near = said - (shown(said) - said);
  return new Date(near - (shown(near) - said)).toISOString();
}

/** When clocks of this zone last showed this time of day (`10:00`): `2026-11-28T10:00`. */
export function lastAt(time: string, zone: string, now: number): string {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(now);
  const local = `${today}T${time}`;
  return Date.parse(instantOf(local, zone)) <= now ? local : `${plusDays(today, -1)}T${time}`;
}
