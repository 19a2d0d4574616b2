import { expect, test } from 'vitest';
import { clip, type Line } from '../src/homes/swipe';

const square: GeoJSON.Polygon = { type: 'Polygon', coordinates: [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]] };
const upright = (x: number): Line => [[x, -9], [x, 9]];

function areaOf(shape: GeoJSON.MultiPolygon | null): number {
  const rings = shape?.coordinates.flat() ?? [];
  return rings.reduce((sum, ring) => sum + Math.abs(ring.reduce((part, [x = 0, y = 0], n) => {
    const [u = 0, v = 0] = ring[n + 1] ?? [x, y];
    return part + (x * v - u * y) / 2;
  }, 0)), 0);
}

test('both sides of the line are the whole shape, wherever it stands', () => {
  for (let n = 0; n < 200; n++) {
    const line: Line = [[Math.random() * 6 - 2, -3], [Math.random() * 6 - 2, 5]];
    const [left, right] = [clip(square, line, 'left'), clip(square, line, 'right')];
    expect(areaOf(left) + areaOf(right)).toBeCloseTo(4, 9);
  }
});

test('left of a line that goes up is where longitudes are less', () => {
  expect(areaOf(clip(square, upright(0.5), 'left'))).toBeCloseTo(1);
  expect(areaOf(clip(square, upright(0.5), 'right'))).toBeCloseTo(3);
  expect(clip(square, upright(-1), 'left')).toBeNull();
  expect(areaOf(clip(square, upright(-1), 'right'))).toBeCloseTo(4);
});

test('a hole is cut too, and a line is no shape', () => {
  const holed: GeoJSON.Polygon = { type: 'Polygon', coordinates: [...square.coordinates, [[0.5, 0.5], [0.5, 1.5], [1.5, 1.5], [1.5, 0.5], [0.5, 0.5]]] };
  expect(clip(holed, upright(1), 'left')?.coordinates[0]).toHaveLength(2);
  expect(clip({ type: 'LineString', coordinates: [[0, 0], [1, 1]] }, upright(1), 'left')).toBeNull();
});
