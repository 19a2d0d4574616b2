import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysOf, direction, nextDay, pairs, readPair, sideBySide, spansOf, writePair } from '../src/spans';

const day = fc.date({ min: new Date('2000-02-01'), max: new Date('2098-12-31'), noInvalidDate: true }).map((one) => one.toISOString().slice(0, 10));

test('this month so far is held against the same days of the last one', () => {
  expect(spansOf('month', '2026-11-28')).toEqual({ now: { from: '2026-11-01', to: '2026-11-28' }, before: { from: '2026-10-01', to: '2026-10-28' } });
  expect(spansOf('month', '2027-03-31').before).toEqual({ from: '2027-02-01', to: '2027-02-28' });
  expect(spansOf('month', '2027-01-05').before).toEqual({ from: '2026-12-01', to: '2026-12-05' });
});

test('whole months, seven days and years', () => {
  expect(spansOf('last', '2027-01-05')).toEqual({ now: { from: '2026-12-01', to: '2026-12-31' }, before: { from: '2026-11-01', to: '2026-11-30' } });
  expect(spansOf('week', '2026-11-28')).toEqual({ now: { from: '2026-11-22', to: '2026-11-28' }, before: { from: '2026-11-15', to: '2026-11-21' } });
  expect(spansOf('year', '2028-02-29')).toEqual({ now: { from: '2028-01-01', to: '2028-02-29' }, before: { from: '2027-01-01', to: '2027-02-28' } });
});

test('the earlier span ends before the later one begins, and no day is in both', () => {
  fc.assert(
    fc.property(fc.constantFrom(...pairs), day, (pair, today) => {
      const { now, before } = spansOf(pair, today);
      expect(before.from <= before.to && before.to < now.from && now.from <= now.to && now.to <= today).toBe(true);
      if (pair === 'week') expect(daysOf(before)).toBe(daysOf(now));
      expect(Math.abs(daysOf(before) - daysOf(now))).toBeLessThanOrEqual(3);
    }),
  );
});

test('any two spans are read as they are written; nonsense is this month', () => {
  fc.assert(
    fc.property(day, fc.nat(400), day, fc.nat(400), (a, long, b, wide) => {
      const until = (from: string, days: number) => new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10);
      const pair = { now: { from: a, to: until(a, long) }, before: { from: b, to: until(b, wide) } };
      expect(readPair(writePair(pair))).toBe(writePair(pair));
      expect(spansOf(writePair(pair), '2026-01-01')).toEqual(pair);
      expect(daysOf(pair.now)).toBe(long + 1);
    }),
  );
  for (const text of ['', 'ever', '2026-10-02~2026-10-01~2026-09-01~2026-09-30', '2026-02-30~2026-03-01~2026-01-01~2026-01-31', '2026-10-01~2026-10-31']) expect(readPair(text)).toBe('month');
});

test('a row that only one of the spans has is kept, without the other', () => {
  const rows = sideBySide([{ key: 'a' }, { key: 'c' }], [{ key: 'b' }, { key: 'a' }]);
  expect(rows.map(({ key, now, before }) => [key, now !== null, before !== null])).toEqual([['a', true, true], ['c', true, false], ['b', false, true]]);
});

test('what is not known has no direction', () => {
  expect([direction(2, 1), direction(1, 2), direction(0.1 + 0.2, 0.3), direction(null, 1), direction(0, undefined)]).toEqual(['up', 'down', 'same', null, null]);
  expect(nextDay('2026-12-31')).toBe('2027-01-01');
});
