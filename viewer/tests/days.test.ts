import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as days from '../src/days';

const { instantOf, isWhole, lastAt, plusDays, plusMonths, readDay, readTime, showPlain, weekdayOf, weeksOf } = days;
const today = '2026-11-28';
const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2200-12-31'), noInvalidDate: true }).map((one) => one.toISOString().slice(0, 10));

describe('a day that is typed', () => {
  test.each([
    ['2026-11-28', today],
    [' 2026/1/5 ', '2026-01-05'],
    ['2026.11.28', today],
    ['20261128', today],
    ['2026年11月28日', today],
    ['2026 年 11 月 28 号', today],
    ['２０２６－１１－２８', today],
    ['11/28', today],
    ['1-5', '2026-01-05'],
    ['11月28日', today],
    ['Nov 28', today],
    ['28 November 2026', today],
    ['nov 28, 2026', today],
    ['2024-02-29', '2024-02-29'],
  ])('%s is read', (text, expected) => expect(readDay(text, today)).toBe(expected));

  test.each(['', 'x', '28/11/2026', '13/1', '2026-02-29', '2026-13-01', '0000-01-01', '2026-11', '11', 'Foo 28, 2026', '2026-11-28T10:00', '1'.repeat(400)])('%j is not', (text) => {
    expect(readDay(text, today)).toBeNull();
  });

  test('is read back as it is shown, in both languages, and is whole', () => {
    fc.assert(
      fc.property(day, fc.constantFrom('zh-CN' as const, 'en' as const), (one, lang) => {
        expect(readDay(showPlain(one, lang), today)).toBe(one);
        expect(readDay(one, today)).toBe(one);
        expect([showPlain(one, lang), one].every(isWhole)).toBe(true);
      }),
    );
  });

  test('any text is read without a complaint, as a real day or none', () => {
    const rough = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9年月日号/., -]{0,12}$/));
    fc.assert(fc.property(rough, (text) => void expect(readDay(text, today) ?? today).toMatch(/^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)));
  });
});

describe('the calendar', () => {
  test('has every day of the month once, below its weekday', () => {
    fc.assert(
      fc.property(day, (one) => {
        const weeks = weeksOf(one);
        const all = weeks.flat().filter((each) => each !== null);
        expect(all).toEqual(Array.from({ length: days.lengthOf(one) }, (_, at) => plusDays(`${one.slice(0, 7)}-01`, at)));
        for (const week of weeks) week.forEach((each, at) => each && expect(weekdayOf(each)).toBe(at));
      }),
    );
  });

  test('goes by months and years, and ends with a shorter month', () => {
    expect(plusMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(plusMonths('2024-02-29', 12)).toBe('2025-02-28');
    expect(plusMonths('2026-01-15', -1)).toBe('2025-12-15');
    expect(weekdayOf('2026-11-28')).toBe(5);
  });
});

describe('a time of day', () => {
  test.each([
    ['9:30', '09:30'],
    ['０９：３０', '09:30'],
    ['0930', '09:30'],
    ['930', '09:30'],
    ['9', '09:00'],
    ['9点', '09:00'],
    ['9点半', '09:30'],
    ['9时05分', '09:05'],
    ['下午3点', '15:00'],
    ['3:30 pm', '15:30'],
    ['12:15 am', '00:15'],
    ['12:15 pm', '12:15'],
    ['23:59', '23:59'],
  ])('%s is read', (text, expected) => expect(readTime(text)).toBe(expected));
  test.each(['', '24:00', '9:60', 'x', '9:5:3', '13 pm', '99'])('%j is not', (text) => expect(readTime(text)).toBeNull());
});

describe('an instant', () => {
  test('is what the clocks of the zone show, whichever zone this browser is in', () => {
    expect(instantOf('2026-11-28T09:30', 'Asia/Shanghai')).toBe('2026-11-28T01:30:00.000Z');
    expect(instantOf('2026-07-01T12:00', 'America/New_York')).toBe('2026-07-01T16:00:00.000Z');
    expect(instantOf('2026-03-08T03:30', 'America/New_York')).toBe('2026-03-08T07:30:00.000Z');
    expect(instantOf('2026-11-28T09:30', 'Asia/Kolkata')).toBe('2026-11-28T04:00:00.000Z');
  });
});

describe('a time of day that is asked about', () => {
  test.each([
    ['2026-11-28T17:30:00Z', '2026-11-28T10:00'], // half past one at night of the 29th
    ['2026-11-29T01:59:00Z', '2026-11-28T10:00'],
    ['2026-11-29T02:00:00Z', '2026-11-29T10:00'],
    ['2026-12-31T16:30:00Z', '2026-12-31T10:00'],
  ])('has been: at %s it is %s', (now, expected) => expect(lastAt('10:00', 'Asia/Shanghai', Date.parse(now))).toBe(expected));
});
