import type { Category, LonLat, Ticket } from './api/client';
import { config, lang, type Lang, workflows } from './state';
import { epoch } from './time';

export type Due = 'done' | 'open' | 'due_soon' | 'overdue';

/** The state of a ticket at `now` (epoch seconds); the tiles' style decides by the same rule. */
export function dueState(ticket: Ticket, now: number): Due {
  if (ticket.closed_at) return 'done';
  const left = epoch(ticket.due_at) - now;
  if (left <= 0) return 'overdue';
  return left <= config.value.due_soon_hours * 3600 ? 'due_soon' : 'open';
}

/** A category's name with those above it, or its id while the tree is unknown. */
export function categoryName(id: string, tree: Category[], lang: Lang): string {
  const found = tree.find((one) => one.id === id);
  return found ? nameOf(found, lang) : id;
}

export const nameOf = ({ name_zh, name_en }: { name_zh: string; name_en: string }, lang: Lang): string =>
  lang === 'en' ? name_en.charAt(0).toUpperCase() + name_en.slice(1) : name_zh;

/** Where to show a ticket: exactly for callers who may know, else its public location; null without one. */
export function placeOf({ point, place }: Ticket): LonLat | null {
  const { lon = null, lat = null } = point ?? {};
  return lon !== null && lat !== null ? { lon, lat } : place;
}

/** A step's name by its template (any that has it, where none is named), in the reader's language; else its id. */
export function stepName(workflow: string | null, step: string): string {
  const flows = workflows.value.filter((one) => workflow === null || one.workflow === workflow);
  const found = flows.flatMap(({ steps }) => steps).find((one) => one.step === step);
  return found ? nameOf(found, lang.value) : step;
}
