import type { Located, LonLat } from './api/client';

/** Surer than this a place is said to belong to its grid; else the reporter is asked. */
export const sure = 0.8;
const most = 4;
const corners = 48;
const metresPerDegree = 111_195;

type Kept = { assignment: { confidence: number | null }; point?: { lon: number | null; lat: number | null; accuracy_m: number | null } | null };

/** Where a ticket that may be of another grid was said to be, and how far off that may be; null for one that is sure, or whose point one may not know. */
export function vagueness({ assignment: { confidence }, point }: Kept): (LonLat & { accuracy_m: number }) | null {
  if ((confidence ?? 1) >= sure || !point || point.lon === null || point.lat === null) return null;
  return { lon: point.lon, lat: point.lat, accuracy_m: point.accuracy_m ?? 0 };
}

/** The grids that a place may lie in, the likeliest first, where the server is not sure of one; else none. */
export function doubtful({ assignment: { confidence, candidates } }: Pick<Located, 'assignment'>): { code: string; share: number }[] {
  if (candidates.length === 0 || (confidence ?? 1) >= sure) return [];
  return [...candidates].sort((a, b) => b.share - a.share).slice(0, most);
}

/** A ring of points so many metres round a place. */
export function circle({ lon, lat }: LonLat, metres: number): [number, number][] {
  const up = metres / metresPerDegree;
  const across = up / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  return Array.from({ length: corners + 1 }, (_, corner) => {
    const angle = (2 * Math.PI * (corner % corners)) / corners;
    return [lon + across * Math.cos(angle), lat + up * Math.sin(angle)];
  });
}
