import type { LonLat } from './api/client';

type Polygons = number[][][][];
const metre_deg = 1 / 111_320;

/** The point of an area that is nearest to this one, a metre within its edge; the point itself where it lies inside. */
export function pointWithin({ lon, lat }: LonLat, polygons: Polygons): LonLat {
  if (isInside([lon, lat], polygons)) return { lon, lat };
  const squeeze = Math.cos((lat * Math.PI) / 180);
  const edges = polygons.flat().flatMap((ring) => ring.slice(1).map((to, at) => [ring[at] ?? to, to] as const));
  const found = edges.map(([from, to]) => nearestOn([lon, lat], from, to, squeeze)).sort((a, b) => a.far - b.far);
  for (const { at, along } of found) {
    for (const side of [1, -1]) {
      // a metre to either side of the edge
      const inner = [(at[0] ?? 0) - (side * (along[1] ?? 0) * metre_deg) / squeeze, (at[1] ?? 0) + side * (along[0] ?? 0) * metre_deg];
      if (isInside(inner, polygons)) return { lon: inner[0] ?? lon, lat: inner[1] ?? lat };
    }
  }
  return { lon: found[0]?.at[0] ?? lon, lat: found[0]?.at[1] ?? lat };
}

function nearestOn([x = 0, y = 0]: number[], [ax = 0, ay = 0]: number[], [bx = 0, by = 0]: number[], squeeze: number) {
  const [dx, dy] = [(bx - ax) * squeeze, by - ay];
  const length = Math.hypot(dx, dy) || 1e-12;
  const clear = Math.min(0.5, (2 * metre_deg) / length); // of a corner, beside which both sides may lie outside
  const share = Math.max(clear, Math.min(1 - clear, ((x - ax) * squeeze * dx + (y - ay) * dy) / length ** 2));
  const at = [ax + share * (bx - ax), ay + share * (by - ay)];
  return { at, along: [dx / length, dy / length], far: Math.hypot((x - (at[0] ?? 0)) * squeeze, y - (at[1] ?? 0)) };
}

/** By how many edges lie to the east: an odd number means inside, holes counted as edges, too. */
export function isInside([x = 0, y = 0]: number[], polygons: Polygons): boolean {
  let inside = false;
  for (const ring of polygons.flat()) {
    for (let at = 1; at < ring.length; at++) {
      const [[ax = 0, ay = 0], [bx = 0, by = 0]] = [ring[at - 1] ?? [], ring[at] ?? []];
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    }
  }
  return inside;
}
