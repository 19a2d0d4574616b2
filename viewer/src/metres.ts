import type { LonLat } from './api/client';

const earth_m = 6_371_009;

/** How far apart two points are, on a sphere: to say it, not to measure. */
export function metresBetween(one: LonLat, other: LonLat): number {
  const [a, b] = [radians(one.lat), radians(other.lat)];
  const half = (angle: number) => Math.sin(angle / 2) ** 2;
  const share = half(b - a) + Math.cos(a) * Math.cos(b) * half(radians(other.lon - one.lon));
  return 2 * earth_m * Math.asin(Math.sqrt(share));
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
