import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classes, tints } from '../src/colour';

test('every value is in one class, classes do not overlap, and the most is darkest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 60 }), (values) => {
      const found = classes(values);
      expect(found.length).toBeLessThanOrEqual(tints.length);
      for (const value of values) expect(found.filter(({ from, to }) => value >= from && value <= to)).toHaveLength(1);
      found.slice(1).forEach(({ from }, at) => expect(from).toBeGreaterThan(found[at]?.to ?? Infinity));
      expect(new Set(found.map(({ tint }) => tint)).size).toBe(found.length);
      if (found.length > 1) expect(found.at(-1)?.tint).toBe(tints.at(-1));
    }),
  );
});

test('where most have the most, the others are not of their class', () => {
  expect(classes([0, 0.5, 0.5, 1, 1, 1, 1, 1, 1, 1]).map(({ from, to }) => [from, to])).toEqual([[0, 0], [0.5, 0.5], [1, 1]]);
  expect(classes([1, 1, 1]).length).toBe(1);
});
