import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import tokens from '../../tiles/tokens.json';

type Rgb = [number, number, number];
const themes = ['day', 'dark', 'wall'] as const;
const page = tokens.page as Record<string, Record<(typeof themes)[number], string>>;
/** What a pill says, by the colour of its words and its own ground. */
const pills = [['brand', 'brand-tint'], ['done', 'done-tint'], ['open', 'open-tint'], ['soon', 'soon-tint'], ['over', 'over-tint']] as const;
/** A row that is not, or is, chosen or pointed at; a page. */
const grounds = ['surface', 'brand-tint', 'ground'];

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Rgb;
const light = (one: Rgb): number => {
  const [red, green, blue] = one.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one: Rgb, other: Rgb): number => {
  const [dark = 0, bright = 0] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};
const over = (one: Rgb, ground: Rgb, share: number): Rgb => one.map((part, at) => part * share + (ground[at] ?? 0) * (1 - share)) as Rgb;

test.each(themes)('a pill can be read, and is distinct from its ground, also in a row that is chosen: %s', (theme) => {
  const colour = (name: string) => rgb(page[name]?.[theme] ?? '');
  const ring = Number(/inset 0 0 0 1px color-mix\(in srgb, currentcolor (\d+)%/.exec(readFileSync('src/styles/controls.css', 'utf-8'))?.[1] ?? 0) / 100;
  const faint = pills.flatMap(([words, tint]) => [
    ...(contrast(colour(words), colour(tint)) < 4.5 ? [`${words} on ${tint}`] : []),
    ...grounds.filter((ground) => contrast(over(colour(words), colour(tint), ring), colour(ground)) < 2).map((ground) => `edge of ${words} on ${ground}`),
  ]);
  expect(faint).toEqual([]);
});
