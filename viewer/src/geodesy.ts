import type { LonLat } from './api/client';

/* WGS 84. */
const equator_m = 6_378_137;
const flattening = 1 / 298.257223563;
const pole_m = equator_m * (1 - flattening);
const e2 = flattening * (2 - flattening);
const e = Math.sqrt(e2);

/** How long a line is on the ellipsoid, metres: Vincenty (1975), below a millimetre for what a map shows at once. */
export const lengthOf = (line: readonly LonLat[]): number => line.slice(1).reduce((sum, point, i) => sum + between(line[i] as LonLat, point), 0);

function between(one: LonLat, other: LonLat): number {
  const difference = radians(other.lon - one.lon);
  const [u1, u2] = [one.lat, other.lat].map((lat) => Math.atan((1 - flattening) * Math.tan(radians(lat)))) as [number, number];
  let lambda = difference;
  for (let round = 0; round < 100; round++) {
    const cross = Math.hypot(Math.cos(u2) * Math.sin(lambda), Math.cos(u1) * Math.sin(u2) - Math.sin(u1) * Math.cos(u2) * Math.cos(lambda));
    if (cross === 0) return 0;
    const dot = Math.sin(u1) * Math.sin(u2) + Math.cos(u1) * Math.cos(u2) * Math.cos(lambda);
    const sigma = Math.atan2(cross, dot);
    const sine = (Math.cos(u1) * Math.cos(u2) * Math.sin(lambda)) / cross;
    const cosine2 = 1 - sine ** 2;
    const middle = cosine2 === 0 ? 0 : dot - (2 * Math.sin(u1) * Math.sin(u2)) / cosine2;
    const c = (flattening / 16) * cosine2 * (4 + flattening * (4 - 3 * cosine2));
    const before = lambda;
    lambda = difference + (1 - c) * flattening * sine * (sigma + c * cross * (middle + c * dot * (2 * middle ** 2 - 1)));
    if (Math.abs(lambda - before) > 1e-12) continue;
    const k = cosine2 * ((equator_m / pole_m) ** 2 - 1);
    const a = 1 + (k / 16384) * (4096 + k * (-768 + k * (320 - 175 * k)));
    const b = (k / 1024) * (256 + k * (-128 + k * (74 - 47 * k)));
    const short = middle + (b / 4) * (dot * (2 * middle ** 2 - 1) - (b / 6) * middle * (4 * cross ** 2 - 3) * (4 * middle ** 2 - 3));
    return pole_m * a * (sigma - b * cross * short);
  }
  return Number.NaN; // opposite sides of the world
}

/** How much a ring encloses on the ellipsoid, square metres: on the sphere of equal area, onto which it is brought. */
export function areaOf(ring: readonly LonLat[]): number {
  const at = ring.map(({ lon, lat }) => [radians(lon), Math.tan(equalArea(radians(lat)) / 2)] as const);
  const excess = at.reduce((sum, [lon, tan], i) => {
    const [next, tan2] = at[(i + 1) % at.length] as readonly [number, number];
    return sum + 2 * Math.atan2(Math.tan((next - lon) / 2) * (tan + tan2), 1 + tan * tan2);
  }, 0);
  return Math.abs(excess) * equator_m ** 2 * (whole / 2);
}

/** Snyder (1987), 3-11 and 3-12. */
const q = (sine: number): number => (1 - e2) * (sine / (1 - e2 * sine ** 2) - Math.log((1 - e * sine) / (1 + e * sine)) / (2 * e));
const whole = q(1);
const equalArea = (lat: number): number => Math.asin(q(Math.sin(lat)) / whole);
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The largest of 1, 2, 5, 10, 20 ... that is at most this. */
export function roundDown(value: number): number {
  const tens = 10 ** Math.floor(Math.log10(value));
  return ([5, 2, 1].find((one) => one * tens <= value) ?? 1) * tens;
}
