import { signal } from '@preact/signals';
import { api, ask } from '../api/client';
import { type Near, nearby, type Place, ticketTick } from '../state';
import { recall, remember } from '../storage';
import { newClientRef } from './report';

/** Open tickets near a place, to spare people a second report of the same thing. */
export async function listNear({ lon, lat, system }: Place): Promise<Near[]> {
  return (await ask(api.GET('/api/v1/nearby', { params: { query: { lon, lat, system, limit: 20 } } }))).tickets;
}

/** Open tickets of one grid with a public place, where only the grid is known; how far away they are, is not. */
export async function listInGrid(area: string): Promise<Near[]> {
  const query = { area, state: 'open', limit: 100 } as const;
  const { tickets } = await ask(api.GET('/api/v1/tickets', { params: { query } }));
  return tickets.filter(({ assignment }) => assignment.method !== null).map((one) => ({ ...one, distance_m: null, followers: 0, words: null }));
}

const keyPlace = 'gisgrid.follower';
const listPlace = 'gisgrid.follows';

/** Numbers of the tickets of which somebody on this browser said that he sees the same. */
export const follows = signal<string[]>(read());

function read(): string[] {
  try {
    const found: unknown = JSON.parse(recall(listPlace) ?? '[]');
    return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

/** A key of this browser's own, which counts once a ticket; nobody can tell by it who that is. */
function ownKey(): string {
  const known = recall(keyPlace);
  if (known) return known;
  const made = newClientRef();
  remember(keyPlace, made);
  return made;
}

/** I see that, too; or not after all. Throws Problem. */
export async function sayMeToo(number: string, isOn: boolean): Promise<void> {
  const params = { path: { number, follower: ownKey() } };
  const { followers } = await ask(isOn ? api.PUT('/api/v1/tickets/{number}/followers/{follower}', { params }) : api.DELETE('/api/v1/tickets/{number}/followers/{follower}', { params }));
  const others = follows.peek().filter((one) => one !== number);
  follows.value = isOn ? [number, ...others].slice(0, 50) : others;
  remember(listPlace, JSON.stringify(follows.peek()));
  nearby.value = nearby.peek().map((one) => (one.number === number ? { ...one, followers } : one));
  ticketTick.value++;
}

/** Staff write about a ticket for everybody; null: nothing any more. Throws Problem. */
export async function writePublicWords(number: string, words: string | null): Promise<void> {
  await ask(api.PUT('/api/v1/tickets/{number}/public_words', { params: { path: { number } }, body: { words } }));
  ticketTick.value++;
}
