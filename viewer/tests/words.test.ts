import { expect, test } from 'vitest';
import { fill } from '../src/i18n';
import { en } from '../src/i18n/en';
import { zh } from '../src/i18n/zh';
import { words } from '../src/homes/words';

/** A half-width mark beside a Han character: looks torn, and lines break in the wrong places. */
const torn = /[\p{Script=Han}”）][,;:?!(]|[,;:?!)][\p{Script=Han}“（]/u;

test('Chinese sentences have Chinese punctuation', () => {
  expect('请检查网络,再试').toMatch(torn);
  expect(Object.entries(zh).filter(([, words]) => torn.test(words))).toEqual([]);
});

test('the pages of staff say everything in both languages, with the same values', () => {
  const taken = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([one]) => one).sort().join();
  const bad = Object.entries(words).filter(([, [chinese, english]]) => !chinese || !english || torn.test(chinese) || taken(chinese) !== taken(english));
  expect(bad).toEqual([]);
});

test('one thing is not called several', () => {
  const several = /\{[nm]\} (?:\w+ )?[a-z]+[^aious]s\b/;
  const everyThing = ['list.shown', 'ranking.shown', 'wall.trend'];
  expect('{n} grids altered').toMatch(several);
  const english = [...Object.entries(en), ...Object.entries(words).map(([key, [, said]]) => [key, said] as const)];
  expect(english.filter(([key, said]) => several.test(said) && !everyThing.includes(key))).toEqual([]);
  expect([fill('{n} {n|grid is|grids are} new', { n: 1 }), fill('{n} {n|grid is|grids are} new', { n: '2' })]).toEqual(['1 grid is new', '2 grids are new']);
});

test('both languages take the same values into their sentences', () => {
  const taken = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(([one]) => one).sort();
  const differ = Object.entries(zh).filter(([key, words]) => taken(words).join() !== taken(en[key as keyof typeof en]).join());
  expect(differ).toEqual([]);
});
