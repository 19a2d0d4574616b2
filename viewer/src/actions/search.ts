import type { AreaProperties, Ticket } from '../api/client';
import { tickets } from '../state';
import { loadIndex } from './areas';

export type Hit =
  | { kind: 'area'; area: AreaProperties }
  | { kind: 'ticket'; ticket: Ticket }
  | { kind: 'number'; text: string };

const mostAreas = 8;
const mostTickets = 4;

/** What this text may mean: areas by code or name, tickets at hand by number, or any ticket's number. */
export async function search(text: string): Promise<Hit[]> {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const hits: Hit[] = rank(await loadIndex(), wanted)
    .slice(0, mostAreas)
    .map((area) => ({ kind: 'area', area }));
  const listed = (tickets.peek().value ?? []).filter(({ number }) => number.toLowerCase().includes(wanted));
  hits.push(...listed.slice(0, mostTickets).map((ticket): Hit => ({ kind: 'ticket', ticket })));
  if (mayBeNumber(text) && listed.length !== 1) hits.push({ kind: 'number', text: text.trim() });
  return hits;
}

/** The whole code first, then codes that start so, then names, then codes that contain it. */
function rank(areas: AreaProperties[], wanted: string): AreaProperties[] {
  const score = ({ code, name }: AreaProperties): number => {
    if (code.toLowerCase() === wanted) return 0;
    if (name.toLowerCase() === wanted) return 1;
    if (code.toLowerCase().startsWith(wanted)) return 2;
    if (name.toLowerCase().includes(wanted)) return 3;
    return code.toLowerCase().includes(wanted) ? 4 : 9;
  };
  return areas
    .map((area) => ({ area, score: score(area) }))
    .filter(({ score: place }) => place < 9)
    .sort((a, b) => a.score - b.score || a.area.code.length - b.area.code.length || a.area.code.localeCompare(b.area.code))
    .map(({ area }) => area);
}

/** Ticket numbers are ASCII and have a digit. */
const mayBeNumber = (text: string): boolean => /^[\w.-]*\d[\w.-]*$/.test(text.trim());
