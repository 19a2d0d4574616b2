import type { ExpressionSpecification, FilterSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';

/** Outline of the chosen area and ring of the chosen ticket. */
export const chosenSource = 'viewer-chosen';
/** The tickets of the list, while a filter makes them fewer than the map's. */
export const listedSource = 'viewer-listed';
/** The served layer that draws one ticket; the listed ones are drawn in the same way. */
const oneTicket = 'ticket-pin';

/** What changed between two dates. */
export const changesSource = 'viewer-changes';
/** How far round the pin of a report its place may be. */
export const doubtSource = 'viewer-doubt';

/** What a page of staff shows: shapes of a draft, its problems, what moves; areas in the colour of a figure. */
export const sketchSource = 'viewer-sketch';

/** What is measured. */
export const measureSource = 'viewer-measure';

const nothing: SourceSpecification = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } };
export const ownSources: StyleSpecification['sources'] = {
  [chosenSource]: nothing,
  [listedSource]: nothing,
  [doubtSource]: nothing,
  [sketchSource]: nothing,
  [changesSource]: nothing,
  [measureSource]: nothing,
};

const round = { 'line-join': 'round' } as const;

/** The outline of the area under the pointer. While there is none it is not drawn at all, or every border would be once more. */
export const hoverLayer = 'viewer-hover';
const hover: LayerSpecification = {
  id: hoverLayer,
  type: 'line',
  source: 'area',
  'source-layer': 'area',
  paint: {
    'line-color': '#0b4a5b',
    'line-width': ['case', ['boolean', ['feature-state', 'hover'], false], 2.5, 0],
    'line-opacity': 0,
    'line-opacity-transition': { duration: 0 },
  },
};

const is = (kind: string): FilterSpecification => ['==', ['get', 'kind'], kind];
/** Of a draft: what is new, redrawn, ended; before and after differ by their lines, too. */
const change: ExpressionSpecification = ['match', ['get', 'change'], 'new', '#2f7d4f', 'ended', '#b0241b', '#8f5a00'];

const sketches: LayerSpecification[] = [
  { id: 'viewer-sketch-figure', type: 'fill', source: sketchSource, filter: is('figure'), paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': 0.72 } },
  { id: 'viewer-sketch-edge', type: 'line', source: sketchSource, filter: is('figure'), paint: { 'line-color': '#ffffff', 'line-width': 1.2 } },
  { id: 'viewer-sketch-reach', type: 'fill', source: sketchSource, filter: is('reach'), paint: { 'fill-color': '#1b63a5', 'fill-opacity': 0.18 } },
  { id: 'viewer-sketch-reach-edge', type: 'line', source: sketchSource, filter: is('reach'), paint: { 'line-color': '#1b63a5', 'line-width': 1.8, 'line-dasharray': [3, 2] } },
  { id: 'viewer-sketch-drawn', type: 'fill', source: sketchSource, filter: is('after'), paint: { 'fill-color': change, 'fill-opacity': 0.16 } },
  { id: 'viewer-sketch-before', type: 'line', source: sketchSource, filter: is('before'), paint: { 'line-color': '#4a5e68', 'line-width': 2.4, 'line-dasharray': [2, 2] } },
  { id: 'viewer-sketch-after', type: 'line', source: sketchSource, filter: is('after'), layout: round, paint: { 'line-color': change, 'line-width': 2.8 } },
  { id: 'viewer-sketch-move', type: 'line', source: sketchSource, filter: is('move'), paint: { 'line-color': '#1b63a5', 'line-width': 1.8 } },
  {
    id: 'viewer-sketch-problem',
    type: 'circle',
    source: sketchSource,
    filter: is('problem'),
    paint: { 'circle-radius': 8, 'circle-color': ['match', ['get', 'severity'], 'error', '#b0241b', '#c97a00'], 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2.5 },
  },
];

/** What was asked of the map: where each answer is. */
const answers: LayerSpecification[] = [
  {
    id: 'viewer-answer-ring',
    type: 'circle',
    source: sketchSource,
    filter: is('answer'),
    paint: { 'circle-radius': 11, 'circle-color': 'rgba(194, 65, 12, 0.12)', 'circle-stroke-color': '#c2410c', 'circle-stroke-width': 2.5 },
  },
  {
    id: 'viewer-answer-name',
    type: 'symbol',
    source: sketchSource,
    filter: is('answer'),
    layout: {
      'text-field': ['get', 'name'],
      'text-font': ['Noto Sans CJK SC Bold', 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei'],
      'text-size': 12,
      'text-anchor': 'bottom',
      'text-offset': [0, -1.1],
      'text-optional': true,
    },
    paint: { 'text-color': '#c2410c', 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
  },
];

const sideIs = (side: string): FilterSpecification => ['==', ['get', 'side'], side];
const changes: LayerSpecification[] = [
  { id: 'viewer-changes-after-fill', type: 'fill', source: changesSource, filter: sideIs('after'), paint: { 'fill-color': '#0f7b6c', 'fill-opacity': 0.1 } },
  { id: 'viewer-changes-after', type: 'line', source: changesSource, filter: sideIs('after'), layout: round, paint: { 'line-color': '#0f7b6c', 'line-width': 2 } },
  {
    id: 'viewer-changes-before',
    type: 'line',
    source: changesSource,
    filter: sideIs('before'),
    layout: round,
    paint: { 'line-color': '#b0241b', 'line-width': 2.4, 'line-dasharray': [2, 1.5] },
  },
  {
    id: 'viewer-changes-link',
    type: 'line',
    source: changesSource,
    filter: sideIs('link'),
    minzoom: 12,
    layout: { 'line-cap': 'round' },
    paint: { 'line-color': '#5b3a8c', 'line-width': ['interpolate', ['linear'], ['get', 'from_share'], 0, 1, 1, 4], 'line-opacity': 0.8 },
  },
];

const chosen: LayerSpecification[] = [
  ...sketches,
  ...answers,
  ...changes,
  { id: 'viewer-doubt-fill', type: 'fill', source: doubtSource, paint: { 'fill-color': '#c2410c', 'fill-opacity': 0.14 } },
  {
    id: 'viewer-doubt-line',
    type: 'line',
    source: doubtSource,
    paint: { 'line-color': '#c2410c', 'line-width': 1.5, 'line-dasharray': [3, 2] },
  },
  {
    id: 'viewer-chosen-casing',
    type: 'line',
    source: chosenSource,
    layout: round,
    paint: { 'line-color': '#ffffff', 'line-width': 7, 'line-opacity': 0.9 },
  },
  {
    id: 'viewer-chosen-line',
    type: 'line',
    source: chosenSource,
    layout: round,
    paint: { 'line-color': '#c2410c', 'line-width': 3.2 },
  },
  {
    id: 'viewer-chosen-ring',
    type: 'circle',
    source: chosenSource,
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-radius': 14,
      'circle-color': 'rgba(194, 65, 12, 0.12)',
      'circle-stroke-color': '#c2410c',
      'circle-stroke-width': 2.5,
    },
  },
];

/** On top of everything: what is measured. */
export const measures: LayerSpecification[] = [
  { id: 'viewer-measure-fill', type: 'fill', source: measureSource, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': '#5b3a8c', 'fill-opacity': 0.15 } },
  { id: 'viewer-measure-casing', type: 'line', source: measureSource, filter: ['==', ['geometry-type'], 'LineString'], layout: round, paint: { 'line-color': '#ffffff', 'line-width': 6 } },
  { id: 'viewer-measure-line', type: 'line', source: measureSource, filter: ['==', ['geometry-type'], 'LineString'], layout: round, paint: { 'line-color': '#5b3a8c', 'line-width': 3 } },
  {
    id: 'viewer-measure-corner',
    type: 'circle',
    source: measureSource,
    filter: ['all', ['==', ['geometry-type'], 'Point'], ['!', ['has', 'device']]],
    paint: { 'circle-radius': 5, 'circle-color': '#ffffff', 'circle-stroke-color': '#5b3a8c', 'circle-stroke-width': 2.5 },
  },
  {
    id: 'viewer-measure-device',
    type: 'circle',
    source: measureSource,
    filter: ['has', 'device'],
    paint: { 'circle-radius': 11, 'circle-color': 'rgba(194, 65, 12, 0.12)', 'circle-stroke-color': '#c2410c', 'circle-stroke-width': 2.5 },
  },
];

/** What marks the area under the pointer, the chosen area and the chosen ticket. */
export function highlights(hasAreas: boolean): LayerSpecification[] {
  return hasAreas ? [hover, ...chosen] : chosen;
}

/** The layer of the listed tickets, in the served style's own colours and sizes. */
export function listedTickets(layers: LayerSpecification[]): LayerSpecification[] {
  const model = layers.find(({ id }) => id === oneTicket);
  if (model?.type !== 'symbol') return [];
  const { layout = {}, paint = {} } = model;
  return [{ id: 'viewer-listed', type: 'symbol', source: listedSource, layout, paint }];
}
