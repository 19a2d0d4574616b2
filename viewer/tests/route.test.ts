import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as route from '../src/route';

const { below, format, isBare, isUnder, landmark, parse } = route;

const rounded = (most: number, digits: number) =>
  fc.double({ min: -most, max: most, noNaN: true }).map((one) => Number(one.toFixed(digits)) + 0);
const word = fc.string({ minLength: 1, unit: 'grapheme' });
const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map((one) => one.toISOString().slice(0, 10));
const maybe = (some: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), some);

const page: fc.Arbitrary<route.Page> = fc.oneof(
  fc.record({ what: fc.constant('area' as const) }),
  fc.record({ what: fc.constant('ticket' as const), number: word }),
  fc.record({ what: fc.constant('pile' as const), numbers: fc.array(word, { minLength: 1 }) }),
  fc.record({ what: fc.constant('thing' as const), layer: word, code: word }),
  fc.record({ what: fc.constant('follow' as const), number: maybe(word) }),
  fc.record({ what: fc.constant('report' as const), code: maybe(word) }),
  fc.record({ what: fc.constant('desk' as const), desk: fc.constantFrom(...route.desks), item: maybe(word) }),
);
const view = fc.record({ zoom: rounded(20, 2).map(Math.abs), lat: rounded(85, 5), lon: rounded(180, 5) });
const moment = fc.oneof(fc.constant(''), day, day.map((one) => `${one}T10:30:00+08:00`));
const anyUndated = fc.record({
  page,
  view: fc.option(view),
  area: maybe(word),
  tab: fc.constantFrom(...route.tabs),
  filter: fc.record({
    counter: fc.constantFrom(...route.counterNames),
    list: fc.constantFrom('' as const, ...route.listNames),
    category: maybe(word),
    from: maybe(day),
    to: maybe(day),
  }),
  figures: fc.record({
    what: fc.constantFrom(...route.whats),
    by: fc.constantFrom(...route.bys),
    of: fc.constantFrom(...route.ofs),
    order: fc.constantFrom(...route.orders),
    period: fc.constantFrom(...route.periods),
    pair: fc.constantFrom('month', 'last', 'week', 'year', '2026-10-01~2026-10-31~2025-10-01~2025-10-31'),
  }),
  network: maybe(word),
  off: fc.uniqueArray(word),
  closed: fc.boolean(),
  lang: fc.constantFrom(...route.langs),
});
/** Changes are those from a date on, so that without one there are none: until now, or until a day that is not before it. */
const any: fc.Arbitrary<route.Route> = fc
  .tuple(anyUndated, moment, fc.constantFrom('', '1', '0000', '2999-12-31'))
  .map(([one, at, until]) => ({ ...one, at, changes: at && (until === '0000' ? at.slice(0, 10) : until) }));

describe('an address', () => {
  test('says everything that is shown', () => {
    fc.assert(fc.property(any, (one) => void expect(parse(format(one))).toEqual(one)));
  });

  test('of any text is read without a complaint, and settles', () => {
    const keys = fc.constantFrom('m', 'sel', 'ticket', 'pile', 'thing', 'follow', 'report', 'desk', 'tab', 'state', 'list', 'from', 'off', 'at', 'changes', 'lang');
    const rough = fc.array(fc.tuple(keys, fc.string({ unit: 'binary' }))).map((parts) => parts.map((one) => one.join('=')).join('&'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), rough), (text) => {
        const read = format(parse(text));
        expect(format(parse(read))).toBe(read);
      }),
    );
  });

  test('is plain ASCII, so that it survives a message', () => {
    fc.assert(fc.property(any, (one) => void expect(format(one)).toMatch(/^[!-~]*$/)));
  });

  test.each([
    ['#ticket=20261127-000021', { what: 'ticket', number: '20261127-000021' }],
    ['#m=15.00/27.60960/113.85793&ticket=A-1', { what: 'ticket', number: 'A-1' }],
    ['#follow=', { what: 'follow', number: '' }],
    ['#report', { what: 'report', code: '' }],
    ['', { what: 'area' }],
  ])('%s is kept as it was printed', (hash, expected) => expect(parse(hash).page).toEqual(expected));

  test('that names anything but language and layers never opens another page', () => {
    const nothing = route.parse('');
    const dress = (one: route.Route) => ({ off: one.off, closed: one.closed, lang: one.lang });
    fc.assert(fc.property(any, (one) => void expect(isBare({ ...nothing, ...dress(one) })).toBe(true)));
    const parts = ['page', 'view', 'area', 'tab', 'filter', 'figures', 'network', 'at', 'changes'] as const;
    fc.assert(
      fc.property(any, fc.constantFrom(...parts), (one, part) => {
        const named = { ...nothing, ...dress(one), [part]: one[part] };
        fc.pre(part !== 'changes' && JSON.stringify(named[part]) !== JSON.stringify(nothing[part]));
        expect(isBare(named)).toBe(false);
      }),
    );
  });

  test('places the map by m=zoom/lat/lon, and by nothing half', () => {
    expect(parse('#m=15.00/27.60960/113.85793').view).toEqual({ zoom: 15, lat: 27.6096, lon: 113.85793 });
    for (const bad of ['', '15', '15/27', '15//113', '15/127/113', 'a/b/c']) expect(parse(`#m=${bad}`).view).toBeNull();
  });

  test('opens an area with its facts, the whole district with its tickets', () => {
    expect(parse('#sel=360302').tab).toBe('facts');
    expect(parse('').tab).toBe('tickets');
  });
});

describe('the history', () => {
  test('gets no entry for moves of the map, layers, dates, the language', () => {
    fc.assert(
      fc.property(any, any, (one, other) => {
        const { view: at, off, closed, lang, figures, filter } = other;
        const moved = { ...one, view: at, off, closed, lang, figures, filter: { ...filter, counter: one.filter.counter, list: one.filter.list } };
        expect(landmark(moved)).toBe(landmark(one));
      }),
    );
  });

  test('gets one for another page or area', () => {
    fc.assert(
      fc.property(any, any, (one, other) => {
        fc.pre(format({ ...one, page: other.page, area: other.area }) !== format(one));
        expect(landmark({ ...one, page: other.page, area: other.area, tab: other.tab })).not.toBe(landmark(one));
      }),
    );
  });

  test('is stepped back by what closes a page that was opened from the one under it', () => {
    fc.assert(fc.property(any, (one) => void expect(isUnder({ ...one, page: below(one.page) }, one)).toBe(true)));
    const pile = { ...parse(''), page: { what: 'pile', numbers: ['A', 'B'] } } satisfies route.Route;
    expect(isUnder(pile, parse('#ticket=B'))).toBe(true);
    expect(isUnder(pile, parse('#ticket=C'))).toBe(false);
    expect(isUnder(parse('#ticket=A'), parse('#ticket=B'))).toBe(false);
  });
});
