/** Two spans of days that are held against each other: which days are they, and are they of equal length? Pure. */

/** From the first day through the last, as 2026-10-01. */
export type Span = { from: string; to: string };
/** The later one, and the one that it is held against. */
export type Pair = { now: Span; before: Span };

/** Spans that move with the day; any others are written out, as `2026-10-01~2026-10-31~2026-09-01~2026-09-30`. */
export const pairs = ['month', 'last', 'week', 'year'] as const;
export type PairName = (typeof pairs)[number];

const dayMs = 86_400_000;
const stamp = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const shift = (day: string, days: number): string => new Date(stamp(day) + days * dayMs).toISOString().slice(0, 10);
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(stamp(text)) && shift(text, 0) === text;

export const nextDay = (day: string): string => shift(day, 1);
export const daysOf = ({ from, to }: Span): number => Math.round((stamp(to) - stamp(from)) / dayMs) + 1;

/** The day so many months earlier, or the last of that month where it has no such day. */
function monthsBack(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 - months, Math.min(date, last))).toISOString().slice(0, 10);
}

const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`;

/** A pair as an address says it; `month` where it says none. */
export function readPair(text: string): string {
  if (pairs.some((one) => one === text)) return text;
  const days = text.split('~');
  const [a = '', b = '', c = '', d = ''] = days;
  return days.length === 4 && days.every(isDay) && a <= b && c <= d ? text : 'month';
}

export const writePair = ({ now, before }: Pair): string => [now.from, now.to, before.from, before.to].join('~');
export const isOwn = (pair: string): boolean => pair.includes('~');

/** Which days a pair means today. What runs is held against as many days of the span before it. */
export function spansOf(pair: string, today: string): Pair {
  if (isOwn(pair)) {
    const [a = today, b = today, c = today, d = today] = pair.split('~');
    return { now: { from: a, to: b }, before: { from: c, to: d } };
  }
  const first = firstOfMonth(today);
  if (pair === 'week') return { now: { from: shift(today, -6), to: today }, before: { from: shift(today, -13), to: shift(today, -7) } };
  if (pair === 'year') return { now: { from: `${today.slice(0, 4)}-01-01`, to: today }, before: { from: monthsBack(`${today.slice(0, 4)}-01-01`, 12), to: monthsBack(today, 12) } };
  if (pair === 'last') return { now: { from: monthsBack(first, 1), to: shift(first, -1) }, before: { from: monthsBack(first, 2), to: shift(monthsBack(first, 1), -1) } };
  return { now: { from: first, to: today }, before: { from: monthsBack(first, 1), to: monthsBack(today, 1) } };
}

/** Rows of both spans side by side, in the order of the later one; a key that only one has lacks the other. */
export function sideBySide<T extends { key: string }>(now: readonly T[], before: readonly T[]): { key: string; now: T | null; before: T | null }[] {
  const earlier = new Map(before.map((row) => [row.key, row]));
  const keys = new Set(now.map(({ key }) => key));
  const only = before.filter(({ key }) => !keys.has(key));
  return [
    ...now.map((row) => ({ key: row.key, now: row, before: earlier.get(row.key) ?? null })),
    ...only.map((row) => ({ key: row.key, now: null, before: row })),
  ];
}

export type Direction = 'up' | 'down' | 'same';
/** Where a figure went; null where one of the two is not known. */
export function direction(now: number | null | undefined, before: number | null | undefined): Direction | null {
  if (now == null || before == null) return null;
  const moved = Math.abs(now - before) < 1e-9 ? 0 : now - before;
  return moved > 0 ? 'up' : moved < 0 ? 'down' : 'same';
}
