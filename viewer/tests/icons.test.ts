import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const file = (name: string) => readFileSync(new URL(`../public/${name}`, import.meta.url));
/** Width and height of a PNG, as its first chunk says. */
const sizeOf = (png: Buffer) => `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;

/** iPhones draw no SVG on their home screen. */
test('a phone finds the icons that the page and the manifest name, as large as they say', () => {
  const page = readFileSync(new URL('../index.html', import.meta.url), 'utf-8');
  const touched = /rel="apple-touch-icon" href="\.\/([^"]+)"/.exec(page)?.[1] ?? '';
  expect(sizeOf(file(touched))).toBe('180x180');
  const { icons } = JSON.parse(file('manifest.webmanifest').toString('utf-8')) as { icons: { src: string; sizes: string; type: string }[] };
  const drawn = icons.filter(({ type }) => type === 'image/png');
  expect(drawn.map(({ src, sizes }) => sizeOf(file(src)) === sizes)).toEqual([true]);
  expect(icons.filter(({ src }) => !file(src).length)).toEqual([]);
});
