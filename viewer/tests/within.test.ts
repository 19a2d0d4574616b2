import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInside, pointWithin } from '../src/within';
import { metresBetween } from '../src/metres';

/** An L, whose middle lies outside it. */
const ell = [[[[0, 0], [0.01, 0], [0.01, 0.002], [0.002, 0.002], [0.002, 0.01], [0, 0.01], [0, 0]].map(([x = 0, y = 0]) => [113.8 + x, 27.6 + y])]];

test('a point is inside a shape, or not', () => {
  expect(isInside([113.801, 27.601], ell)).toBe(true);
  expect(isInside([113.805, 27.605], ell)).toBe(false);
});

test('the place in another grid lies in that grid, and no farther off than its edge is', () => {
  const near = fc.record({ lon: fc.double({ min: 113.79, max: 113.82, noNaN: true }), lat: fc.double({ min: 27.59, max: 27.62, noNaN: true }) });
  fc.assert(
    fc.property(near, (point) => {
      const found = pointWithin(point, ell);
      expect(isInside([found.lon, found.lat], ell)).toBe(true);
      const corners = ell[0]?.[0]?.map(([lon = 0, lat = 0]) => metresBetween(point, { lon, lat })) ?? [];
      expect(metresBetween(point, found)).toBeLessThanOrEqual(Math.min(...corners) + 3);
      if (isInside([point.lon, point.lat], ell)) expect(found).toEqual(point);
    }),
    { numRuns: 1000 },
  );
});
