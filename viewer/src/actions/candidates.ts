import { api, ask, type Ticket } from '../api/client';

export type Candidate = { code: string; share: number };

/** A point on an edge, of which no accuracy is known, may be as far off as this. */
const usual_m = 15;

/** The grids that a ticket may lie in, by its exact point; none for one that is surely in its grid, or has no point here. */
export async function listCandidates({ assignment, point }: Ticket): Promise<Candidate[]> {
  const { lon, lat, accuracy_m } = point ?? {};
  const unsure = assignment.method === 'edge' || assignment.method === 'nearest' || (assignment.confidence ?? 1) < 1;
  if (typeof lon !== 'number' || typeof lat !== 'number' || !unsure) return [];
  const query = { lon, lat, system: 'wgs84', accuracy_m: Math.max(accuracy_m ?? 0, usual_m) };
  return (await ask(api.GET('/api/v1/locate', { params: { query } }))).assignment.candidates;
}
