/* Long because a sheet is one drawing: the map, and all that says what it is. */
import { type FilterSpecification, type LngLatBoundsLike, Map as MapLibre } from 'maplibre-gl';
import { boundsOf } from '../actions/areas';
import { byLegend, isCovered, type Key, keysOf, nameOf } from '../actions/legend';
import { lengthOf, roundDown } from '../geodesy';
import { t } from '../i18n';
import { area, at as date, config, home, lang, layersOff, layersOffered, now, sheetKeys } from '../state';
import { showDay, showMetres, showTime } from '../time';
import { addIcons } from './icons';
import { sharp } from './sharpness';
import { served } from './style';

export type Paper = 'screen' | `${'a4' | 'a3'}-${'landscape' | 'portrait'}`;
type Size = { width: number; height: number };
type Pen = CanvasRenderingContext2D;

/** CSS pixels, of which 96 are an inch; on the screen as large as the map is. */
const papers: Record<Exclude<Paper, 'screen'>, Size> = {
  'a4-landscape': { width: 1123, height: 794 },
  'a4-portrait': { width: 794, height: 1123 },
  'a3-landscape': { width: 1587, height: 1123 },
  'a3-portrait': { width: 1123, height: 1587 },
};
const inch_m = 0.0254;
const margin = 38;
const head = 54;
const foot = 34;
const row = 24;
const font = (size: number, weight = 400): string => `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
const ink = '#12252c';
const soft = '#4a5e68';
const patience_ms = 60_000;

/** Draws what the map shows on a sheet: title, date, north, scale, legend of what is in view, whose map it is. */
export async function makeSheet(paper: Paper, title: string): Promise<HTMLCanvasElement> {
  const live = liveMap();
  const { clientWidth, clientHeight } = live.getContainer();
  const size = paper === 'screen' ? { width: clientWidth + 2 * margin, height: clientHeight + 2 * margin + head + foot + 3 * row } : papers[paper];
  const ratio = paper === 'screen' ? Math.max(1, devicePixelRatio) : 2;
  const canvas = Object.assign(document.createElement('canvas'), { width: Math.round(size.width * ratio), height: Math.round(size.height * ratio) });
  const pen = canvas.getContext('2d') as Pen;
  pen.scale(ratio, ratio);
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, size.width, size.height);
  const inner = size.width - 2 * margin;
  const keys = legend(pen, inner, keysOf); // room for all, because the map of the sheet shows more than the screen does
  const frame = { width: inner, height: size.height - 2 * margin - head - foot - keys.height };
  const map = await drawnMap(live, frame, ratio);
  try {
    pen.drawImage(map.getCanvas(), margin, margin + head, frame.width, frame.height);
    pen.strokeStyle = ink;
    pen.strokeRect(margin, margin + head, frame.width, frame.height);
    drawHead(pen, title, inner);
    drawNorth(pen, margin + frame.width - 30, margin + head + 16, map.getBearing());
    legend(pen, inner, (id) => keysSeen(map, id)).draw(margin, margin + head + frame.height + 12);
    drawFoot(pen, map, size, paper);
  } finally {
    map.getContainer().remove();
    map.remove();
  }
  return canvas;
}

const liveMap = (): MapLibre => (document.getElementById('map') as HTMLElement & { map: MapLibre }).map;

/** What the map shows; an area that it shows whole lies in the middle of the sheet, which has no legend to keep clear of. */
function viewOf(live: MapLibre): { bounds: LngLatBoundsLike; fitBoundsOptions?: { padding: number } } {
  const shown = live.getBounds();
  const chosen = area.value.value ?? home.value;
  if (!chosen) return { bounds: shown };
  const [west, south, east, north] = boundsOf(chosen);
  const isWhole = shown.contains([west, south]) && shown.contains([east, north]);
  const isMost = Math.max((east - west) / (shown.getEast() - shown.getWest()), (north - south) / (shown.getNorth() - shown.getSouth())) > 0.5;
  return isWhole && isMost ? { bounds: [west, south, east, north], fitBoundsOptions: { padding: 20 } } : { bounds: shown };
}

/** The same map in another size, out of sight, once everything of it is drawn. */
async function drawnMap(live: MapLibre, { width, height }: Size, pixelRatio: number): Promise<MapLibre> {
  const container = document.createElement('div');
  container.className = 'off-sheet';
  container.ariaHidden = 'true';
  Object.assign(container.style, { width: `${width}px`, height: `${height}px` });
  document.body.append(container);
  const options = { interactive: false, attributionControl: false, fadeDuration: 0, canvasContextAttributes: { preserveDrawingBuffer: true } } as const;
  await sharp(live); // a coarse one lacks a layer
  const map = new MapLibre({ container, ...options, pixelRatio, style: live.getStyle(), ...viewOf(live) });
  map.on('error', () => undefined); // what cannot be had is missing on the sheet, as on the map
  await new Promise<void>((done, fail) => {
    map.once('style.load', () => {
      addIcons(map);
      for (const [name, value] of Object.entries(live.getGlobalState())) map.setGlobalStateProperty(name, value);
      map.once('idle', () => done());
    });
    setTimeout(() => fail(new Error('the map of the sheet is not drawn')), patience_ms);
  });
  return map;
}

function drawHead(pen: Pen, title: string, inner: number): void {
  const when = date.value ? t('print.then', { date: showDay(date.value) }) : t('print.now', { time: showTime(new Date(now.value * 1000).toISOString()) });
  pen.fillStyle = soft;
  pen.font = font(13);
  pen.textAlign = 'right';
  const width = pen.measureText(when).width;
  pen.fillText(when, margin + inner, margin + 30);
  pen.textAlign = 'left';
  pen.fillStyle = ink;
  const [size, lines] = titled(pen, title, inner - width - 24);
  pen.font = font(size, 700);
  lines.forEach((line, at) => pen.fillText(line, margin, margin + (lines.length > 1 ? 14 + at * 1.25 * size : 32)));
}

/** A long title in smaller letters, then on two lines, and never in narrower ones; what has no room even so ends with a mark. */
function titled(pen: Pen, title: string, width: number): [size: number, lines: string[]] {
  for (const size of [26, 22, 19]) {
    pen.font = font(size, 700);
    if (pen.measureText(title).width <= width) return [size, [title]];
  }
  for (const size of [19, 16, 14]) {
    pen.font = font(size, 700);
    const first = fitting(pen, title, width);
    const rest = title.slice(first.length).trim();
    if (pen.measureText(rest).width <= width) return [size, [first, rest]];
    if (size === 14) return [size, [first, `${fitting(pen, rest, width - size)}…`]];
  }
  return [14, [title]];
}

/** As much of the text from its start as has room, up to the end of a word where it has words. */
function fitting(pen: Pen, text: string, width: number): string {
  const parts = [...new Intl.Segmenter(lang.value, { granularity: 'word' }).segment(text)].map(({ segment }) => segment);
  let taken = '';
  for (const part of parts) {
    if (pen.measureText(taken + part).width > width) break;
    taken += part;
  }
  return taken || text.slice(0, Math.max(1, Math.floor((text.length * width) / pen.measureText(text).width)));
}

function drawNorth(pen: Pen, x: number, y: number, bearing: number): void {
  pen.save();
  pen.translate(x, y + 20);
  pen.rotate((-bearing * Math.PI) / 180);
  pen.fillStyle = 'rgba(255, 255, 255, 0.85)';
  pen.beginPath();
  pen.arc(0, 0, 23, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = ink;
  pen.fill(new Path2D('M0 -8 7 15 0 10 -7 15z'));
  pen.font = font(12, 700);
  pen.textAlign = 'center';
  pen.fillText('N', 0, -10);
  pen.restore();
}

/** Scale bar, the scale of a sheet of paper as a number, whose map it is. */
function drawFoot(pen: Pen, map: MapLibre, { width, height }: Size, paper: Paper): void {
  const [west, east] = [0, 100].map((x) => map.unproject([map.getContainer().clientWidth / 2 + x, map.getContainer().clientHeight / 2]));
  const perPixel = lengthOf([west, east].map((one) => ({ lon: one?.lng ?? 0, lat: one?.lat ?? 0 }))) / 100;
  const bar_m = roundDown(perPixel * 180);
  const bar = bar_m / perPixel;
  const y = height - margin - 4;
  pen.strokeStyle = ink;
  pen.lineWidth = 2;
  pen.stroke(new Path2D(`M${margin + 1} ${y - 8}v8h${bar}v-8`));
  pen.fillStyle = ink;
  pen.font = font(13);
  pen.textAlign = 'left';
  const number = Number((perPixel / (inch_m / 96)).toPrecision(3)).toLocaleString('en');
  pen.fillText([showMetres(bar_m), paper === 'screen' ? '' : `1:${number}`].filter(Boolean).join('   '), margin + bar + 12, y);
  pen.fillStyle = soft;
  pen.font = font(11);
  pen.textAlign = 'right';
  pen.fillText(attribution(map), width - margin, y, width / 2);
}

/** The sources say it as HTML. */
function attribution(map: MapLibre): string {
  const said = Object.values(map.getStyle().sources).map((source) => ('attribution' in source ? String(source.attribution ?? '') : ''));
  const plain = said.map((html) => new DOMParser().parseFromString(html, 'text/html').body.textContent ?? '');
  return [...new Set(plain.filter(Boolean))].join(' · ');
}

type Entry = { words: string; swatch?: (x: number, y: number) => void };

/** What coloured areas mean on lines of their own, and below these keys of the layers that are on, in lines as wide as the sheet. */
function legend(pen: Pen, width: number, keysHere: (id: string) => Key[]): { height: number; draw: (x: number, y: number) => void } {
  const keys = layersOffered.value
    .filter((id) => !layersOff.value.has(id))
    .sort(byLegend)
    .flatMap((id) => keysHere(id).map((key) => ({ key, words: keysOf(id).length > 1 || key.words() === nameOf(id) ? key.words() : t('print.key', { layer: nameOf(id), key: key.words() }) })))
    .map(({ key, words }): Entry => ({ words, swatch: (x, y) => drawSwatch(pen, key, x, y) }));
  pen.font = font(13);
  const placed: (Entry & { x: number; y: number })[] = [];
  let y = 0;
  for (const line of [...sketchLines(pen, width), keys].filter((entries) => entries.length > 0)) {
    let x = 0;
    for (const entry of line) {
      const wide = (entry.swatch ? 24 : 0) + pen.measureText(entry.words).width + 22;
      if (x > 0 && x + wide > width) [x, y] = [0, y + row];
      placed.push({ ...entry, x, y });
      x += wide;
    }
    y += row;
  }
  const draw = (left: number, top: number) => {
    for (const { words, swatch, ...place } of placed) {
      swatch?.(left + place.x, top + place.y);
      pen.fillStyle = ink;
      pen.font = font(13, swatch ? 400 : 700);
      pen.textAlign = 'left';
      pen.fillText(words, left + place.x + (swatch ? 22 : 0), top + place.y + 13);
    }
  };
  return { height: y + 14, draw };
}

/** The questions that colours answer, each in as many lines as it needs, with their classes. */
function sketchLines(pen: Pen, width: number): Entry[][] {
  return Object.values(sheetKeys.value).flatMap((asked) => {
    if (!asked) return [];
    const lines: Entry[][] = [];
    pen.font = font(13, 700);
    for (let rest = asked.question; rest; rest = rest.slice(lines.at(-1)?.[0]?.words.length).trimStart()) lines.push([{ words: fitting(pen, rest, width) }]);
    pen.font = font(13);
    return [...lines, asked.classes.map(({ look, words, shape = '' }) => ({ words, swatch: (x: number, y: number) => drawSwatch(pen, { swatch: shape, look: { '--fill': look, '--line': '#4a5e68' }, words: () => words }, x, y) }))];
  });
}

/** The keys of a layer whose things are on the sheet; a figure of several is drawn as the most urgent of them. */
function keysSeen(map: MapLibre, id: string): Key[] {
  if (isCovered(id)) return [];
  const layers = (served.get(id) ?? []).filter((layer) => map.getLayer(layer));
  const seen = layers.length > 0 ? map.queryRenderedFeatures({ layers }) : [];
  if (seen.length === 0) return [];
  if (id !== 'area' && id !== 'ticket') return keysOf(id).filter(({ when }) => !when || map.queryRenderedFeatures({ layers, filter: when as FilterSpecification }).length > 0);
  const swatches = new Set(seen.map(({ properties }) => swatchOf(id, properties)));
  return keysOf(id).filter(({ swatch }) => swatches.has(swatch));
}

/** By which key a thing on the map is explained. */
function swatchOf(id: string, { kind, closed, due_at }: Record<string, unknown>): string {
  if (id === 'area') return kind === 'special' ? 'area-special' : 'area-base';
  if (closed) return 'ticket-done';
  const left = Number(due_at) - now.value;
  return left < 0 ? 'ticket-overdue' : left < config.value.due_soon_hours * 3600 ? 'ticket-due_soon' : 'ticket-open';
}

/** As the page draws it, in the page's own colours. */
function drawSwatch(pen: Pen, { swatch, look = {} }: Key, x: number, y: number): void {
  const model = document.createElement('span');
  model.className = `swatch ${swatch}`;
  for (const [name, value] of Object.entries(look)) model.style.setProperty(name, value);
  document.body.append(model);
  const { backgroundColor, borderTopColor } = getComputedStyle(model);
  const dashes = model.style.getPropertyValue('--fill');
  model.remove();
  pen.fillStyle = swatch === 'dashes' ? dashes : backgroundColor;
  pen.strokeStyle = borderTopColor;
  pen.lineWidth = 1;
  const path = new Path2D(outlines[swatch] ?? 'M1.500 2.500h13v12h-13z');
  pen.save();
  pen.translate(x, y);
  if (swatch === 'ticket-done') pen.lineWidth = 3.5;
  else pen.fill(path);
  if (swatch !== 'dashes' && (!swatch.startsWith('ticket-') || swatch === 'ticket-done')) pen.stroke(path);
  pen.restore();
}

const disc = 'M8 3a5.500 5.500 0 1 0 0 11a5.500 5.500 0 0 0 0-11z';
const outlines: Record<string, string> = {
  'ticket-open': disc,
  'ticket-done': disc,
  disc,
  'ticket-due_soon': 'M3 3.500h10v10H3z',
  'ticket-overdue': 'M8 2 14.500 8.500 8 15 1.500 8.500z',
  band: 'M1.500 5h13v7h-13z',
  dashes: 'M1 7h4v3H1zM6.500 7h4v3h-4zM12 7h4v3h-4z',
};

const asBlob = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('this browser makes no picture'))), 'image/png'));

export async function saveSheet(sheet: HTMLCanvasElement, title: string): Promise<void> {
  const url = URL.createObjectURL(await asBlob(sheet));
  Object.assign(document.createElement('a'), { href: url, download: `${title.replace(/[\\/:*?"<>|]+/g, ' ') || 'map'}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(url), patience_ms);
}

/** The sheet alone goes to the printer, on paper of its own size. */
export async function printSheet(sheet: HTMLCanvasElement, paper: Paper): Promise<void> {
  const picture = Object.assign(new Image(), { src: URL.createObjectURL(await asBlob(sheet)), alt: '', className: 'print-sheet' });
  const [format = '', way = ''] = paper.split('-');
  // into a sheet of the page's own: adopted ones have no say in the paper, and others the policy forbids
  const rules = [...document.styleSheets].find(({ href }) => href?.startsWith(location.origin)) as CSSStyleSheet;
  const place = rules.insertRule(`@page { size: ${format.toUpperCase()} ${way}; margin: 0 }`, rules.cssRules.length);
  await picture.decode();
  document.body.append(picture);
  const end = () => {
    picture.remove();
    URL.revokeObjectURL(picture.src);
    rules.deleteRule(place);
  };
  addEventListener('afterprint', end, { once: true });
  print();
}
