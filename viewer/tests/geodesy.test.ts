import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaOf, lengthOf, roundDown } from '../src/geodesy';
import { metresBetween } from '../src/metres';

/** From a courtyard to a province, as pyproj's Geod has them. */
const known: { points: [number, number][]; length_m: number; area_m2: number }[] = [
  {"points": [[113.8552752, 27.6232433], [113.8543371, 27.6235044], [113.853807, 27.6229847], [113.8544561, 27.6222704]], "length_m": 276.6492, "area_m2": 10076.3471},
  {"points": [[113.843703, 27.6292747], [113.8662344, 27.6047972], [113.8774009, 27.6121124]], "length_m": 4875.9148, "area_m2": 2396394.1079},
  {"points": [[116.4526402, 40.1362765], [116.3499397, 40.136635], [116.1079321, 39.8451762]], "length_m": 47151.6791, "area_m2": 141861914.3461},
  {"points": [[90.5611549, 44.1849671], [87.3792907, 46.1934962], [88.9933116, 41.6745455], [90.409381, 42.9581437]], "length_m": 1037938.0627, "area_m2": 56196422086.6062},
  {"points": [[110.3000174, 20.0000375], [110.2999816, 20.0000372], [110.2999651, 19.9999714], [110.2999943, 19.9999603], [110.3000156, 19.999962]], "length_m": 16.7631, "area_m2": 37.4564},
  {"points": [[125.1551963, 53.9146434], [124.7383011, 54.2190626], [123.3006996, 53.47008], [123.5131369, 53.0062979], [123.8276419, 52.7948746]], "length_m": 254785.4974, "area_m2": 8602005296.5906},
];
const place = fc.record({ lon: fc.double({ min: 73, max: 135, noNaN: true }), lat: fc.double({ min: 4, max: 53, noNaN: true }) });

test.each(known)('length and area are those of PROJ', ({ points, length_m, area_m2 }) => {
  const ring = points.map(([lon, lat]) => ({ lon, lat }));
  expect(Math.abs(lengthOf(ring) / length_m - 1)).toBeLessThan(1e-5);
  expect(Math.abs(areaOf(ring) / area_m2 - 1)).toBeLessThan(1e-3);
  expect(areaOf([...ring].reverse())).toBeCloseTo(areaOf(ring), 3);
});

test('a length is near that of the sphere, the same both ways, and none between a place and itself', () => {
  fc.assert(
    fc.property(place, place, (one, other) => {
      const length = lengthOf([one, other]);
      expect(lengthOf([other, one])).toBeCloseTo(length, 3);
      expect(Math.abs(length - metresBetween(one, other))).toBeLessThanOrEqual(0.006 * length + 0.01);
    }),
  );
  expect(lengthOf([{ lon: 113, lat: 27 }, { lon: 113, lat: 27 }])).toBe(0);
  expect(lengthOf([])).toBe(0);
});

test('a scale bar has a round length', () => {
  expect([730, 99, 5, 0.3, 1000].map(roundDown)).toEqual([500, 50, 5, 0.2, 1000]);
});
