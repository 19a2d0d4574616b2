import { api, ask, type LonLat, type SearchHit } from '../api/client';
import { foundAt, goal, ofNetwork, picked, place, reporting, scope } from '../state';
import { chooseArea } from './areas';
import { round } from './report';
import { chooseTicket } from './tickets';

const most = 12;

/** What these words may mean, the likeliest first: the server knows names, pinyin, codes, numbers and coordinates. */
export async function search(words: string): Promise<SearchHit[]> {
  if (!words.trim()) return [];
  const query = { q: words.trim(), limit: most, ...ofNetwork() };
  return (await ask(api.GET('/api/v1/search', { params: { query } }))).hits;
}

/** The place, camera or device of exactly this code, where the caller may see it. */
export const findHit = async (kind: string, code: string): Promise<SearchHit | undefined> => (await search(code)).find((hit) => hit.kind === kind && hit.code === code);

/** Opens what was found; a place is shown on the map, and is the report's where one is being written. */
export function openHit({ kind, code, name, lon, lat }: SearchHit): void {
  if (kind === 'area') return chooseArea(code, true);
  if (kind === 'ticket') return void chooseTicket(code, true);
  if (lon === null || lat === null) return;
  if (reporting.peek()) place.value = { lon: round(lon), lat: round(lat), system: 'wgs84' };
  else if (kind === 'post') chooseArea(code, false);
  else if (kind === 'place' || kind === 'camera' || kind === 'device') picked.value = { what: 'thing', layer: kind, code, thing: { code, name } };
  goal.value = { lon, lat };
  if (kind === 'ground' || kind === 'point') void markFound({ lon, lat }, kind === 'point');
}

/** Marks a place that has no symbol of its own; coordinates open the grid that holds them, too. */
async function markFound(at: LonLat, opens: boolean): Promise<void> {
  if (reporting.peek()) return;
  picked.value = null;
  foundAt.value = { ...at, area: scope.peek() ?? '' };
  if (!opens) return;
  const query = { ...at, system: 'wgs84', ...ofNetwork() };
  const located = await ask(api.GET('/api/v1/locate', { params: { query } })).catch(() => null);
  if (!located?.grid || foundAt.peek()?.lon !== at.lon || picked.peek() || reporting.peek()) return;
  chooseArea(located.grid.code, false);
  foundAt.value = { ...at, area: located.grid.code };
}
