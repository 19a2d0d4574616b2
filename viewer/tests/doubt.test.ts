import fc from 'fast-check';
import { expect, test } from 'vitest';
import { circle, doubtful, sure } from '../src/doubt';
import { metresBetween } from '../src/metres';

const located = (confidence: number, shares: number[]) => {
  const candidates = shares.map((share, place) => ({ code: `G${place}`, share }));
  return { assignment: { confidence, candidates } } as never;
};

test('a sure place leaves nothing to ask, a vague one offers the likeliest grids first', () => {
  expect(doubtful(located(0.97, [0.97, 0.03]))).toEqual([]);
  expect(doubtful(located(sure, [sure, 0.2]))).toEqual([]);
  expect(doubtful(located(0.27, [0.2, 0.27, 0.1, 0.15, 0.05])).map(({ code }) => code)).toEqual(['G1', 'G0', 'G3', 'G2']);
  expect(doubtful(located(0, []))).toEqual([]);
});

test('a circle closes, and each of its points is as far from its middle as it says', () => {
  const place = fc.record({ lon: fc.double({ min: 73, max: 135, noNaN: true }), lat: fc.double({ min: 3, max: 54, noNaN: true }) });
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 5000 }), (middle, metres) => {
      const ring = circle(middle, metres);
      expect(ring.at(-1)).toEqual(ring[0]);
      for (const [lon, lat] of ring) expect(Math.abs(metresBetween(middle, { lon, lat }) / metres - 1)).toBeLessThan(0.01);
    }),
  );
});
