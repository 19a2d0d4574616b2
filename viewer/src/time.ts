import { config, lang, now } from './state';

/** Starts the clock that due states follow; returns what stops it. */
export function startClock(): () => void {
  const timer = setInterval(() => (now.value = Math.floor(Date.now() / 1000)), 60_000);
  return () => clearInterval(timer);
}

/** The second that it is, for what was made a moment ago; who reads it hears of each minute that passes. */
export const thisSecond = (): number => Math.max(now.value, Math.floor(Date.now() / 1000));

export const epoch = (iso: string): number => Math.floor(Date.parse(iso) / 1000);

/** An instant for people, in the district's zone. */
export function showTime(iso: string): string {
  const options = { timeZone: config.value.zone, dateStyle: 'medium', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(lang.value, options).format(new Date(iso));
}

/** The day of an instant in the district's zone, as 2026-10-01. */
export const dayOf = (iso: string): string => new Intl.DateTimeFormat('sv-SE', { timeZone: config.peek().zone }).format(new Date(iso));

export function showDay(iso: string): string {
  return new Intl.DateTimeFormat(lang.value, { timeZone: config.value.zone, dateStyle: 'medium' }).format(new Date(iso));
}

/** A month that is written as 2026-10. */
export function showMonth(month: string): string {
  return new Intl.DateTimeFormat(lang.value, { timeZone: 'UTC', year: 'numeric', month: 'short' }).format(new Date(`${month.slice(0, 7)}-01T00:00:00Z`));
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** A length of time in its largest unit, without direction: "3 days", "5 小时". */
export function showSpan(seconds: number): string {
  const size = Math.max(60, Math.abs(seconds));
  const [unit, length] = units.find(([, one]) => size >= one) ?? ['minute', 60];
  const style = { style: 'unit', unit, unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(lang.value, style).format(Math.floor(size / length));
}

/** How long ago or ahead an instant is: "昨天", "in 3 days". */
export function showAgo(iso: string): string {
  const seconds = epoch(iso) - now.value;
  const [unit, length] = units.find(([, one]) => Math.abs(seconds) >= one) ?? ['minute', 60];
  return new Intl.RelativeTimeFormat(lang.value, { numeric: 'auto' }).format(Math.trunc(seconds / length), unit);
}

export function showMetres(metres: number): string {
  const far = metres >= 1000;
  const style = { style: 'unit', unit: far ? 'kilometer' : 'meter', maximumFractionDigits: far ? 1 : 0 } as const;
  return new Intl.NumberFormat(lang.value, style).format(far ? metres / 1000 : metres);
}

export function showShare(share: number): string {
  return new Intl.NumberFormat(lang.value, { style: 'percent', maximumFractionDigits: 1 }).format(share);
}
