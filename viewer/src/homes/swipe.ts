/** The line between before and after on the map, and what lies on each side of it. The clipping is pure. */
import type { Map } from 'maplibre-gl';

export type Point = readonly [lon: number, lat: number];
/** A line from a to b; the first half lies left of it, looking from a to b with longitude to the right and latitude up. */
export type Line = readonly [a: Point, b: Point];

/** Half of the handle: its middle runs from here to as far from the other edge. */
export const handlePx = 22;

/** Which side of the line is a point on? Above 0: left of it. */
const sideOf = ([[ax, ay], [bx, by]]: Line, [x, y]: Point): number => (bx - ax) * (y - ay) - (by - ay) * (x - ax);

/** The part of a ring that lies left of the line; empty: none of it. */
export function clipRing(ring: readonly Point[], line: Line): Point[] {
  const kept: Point[] = [];
  ring.forEach((to, n) => {
    const from = ring[n === 0 ? ring.length - 1 : n - 1] ?? to;
    const [before, after] = [sideOf(line, from), sideOf(line, to)];
    if (before >= 0 !== after >= 0) {
      const share = before / (before - after);
      kept.push([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]);
    }
    if (after >= 0) kept.push(to);
  });
  const [first] = kept;
  return first && kept.length > 2 ? [...kept, first] : [];
}

/** The part of a shape that lies left of the line, or right of it; null: none of it. */
export function clip(shape: GeoJSON.Geometry, line: Line, side: 'left' | 'right'): GeoJSON.MultiPolygon | null {
  const way: Line = side === 'left' ? line : [line[1], line[0]];
  const polygons = shape.type === 'MultiPolygon' ? shape.coordinates : shape.type === 'Polygon' ? [shape.coordinates] : [];
  const coordinates = polygons
    .map((rings) => rings.map((ring) => clipRing(ring.slice(0, -1) as unknown as Point[], way).map(([x, y]) => [x, y])).filter((ring) => ring.length > 3))
    .filter((rings) => rings.length > 0);
  return coordinates.length > 0 ? { type: 'MultiPolygon', coordinates } : null;
}

/** The page's map, once it is there. */
export const pageMap = (): Map | undefined => (document.getElementById('map') as (HTMLElement & { map?: Map }) | null)?.map;

/** The line at so many hundredths of the map's width, from its lower edge to its upper one. */
export function lineAt(map: Map, at: number): Line {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const x = handlePx + (at / 100) * (width - 2 * handlePx);
  const [low, high] = [map.unproject([x, height]), map.unproject([x, 0])];
  return [
    [low.lng, low.lat],
    [high.lng, high.lat],
  ];
}
