import type { LonLat, Ticket, Workflow } from './api/client';
import { metresBetween } from './metres';
import { dueState, placeOf } from './tickets';
import { epoch } from './time';

const ranks = { overdue: 0, due_soon: 1, open: 2, done: 3 } as const;

/** How far a ticket is from where somebody is; null where one of the two is not known. */
export function metresTo(one: Ticket, position: LonLat | null): number | null {
  const at = placeOf(one);
  return at && position ? metresBetween(at, position) : null;
}

/** The order of work: what is overdue, then what is due soon, then the rest; among those the nearest, else the first due. */
export function inOrder(tickets: Ticket[], position: LonLat | null, now: number): Ticket[] {
  const key = (one: Ticket): [number, number, number] => [ranks[dueState(one, now)], metresTo(one, position) ?? Infinity, epoch(one.due_at)];
  const keyed = tickets.map((one) => ({ one, key: key(one) }));
  return keyed.sort((a, b) => compare(a.key, b.key) || a.one.number.localeCompare(b.one.number)).map(({ one }) => one);
}

function compare(one: number[], other: number[]): number {
  const at = one.findIndex((part, place) => part !== other[place]);
  return at < 0 ? 0 : (one[at] ?? 0) < (other[at] ?? 0) ? -1 : 1;
}

export type Way = Workflow['transitions'][number];

/** The steps that somebody of this role can take next, on before back: known without a network. */
export function waysOn(one: Ticket, workflows: Workflow[], role: string): Way[] {
  const ways = workflows.find(({ workflow }) => workflow === one.workflow)?.transitions ?? [];
  const mine = ways.filter(({ from_step, roles }) => from_step === one.step && roles.includes(role));
  return [...mine.filter(({ kind }) => kind === 'forward'), ...mine.filter(({ kind }) => kind !== 'forward')];
}
