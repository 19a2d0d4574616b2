import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';

/** Outline of the chosen area and ring of the chosen ticket. */
export const chosenSource = 'viewer-chosen';
/** The tickets of the list, while a filter makes them fewer than the map's. */
export const listedSource = 'viewer-listed';
/** The served layer that draws one ticket; the listed ones are drawn in the same way. */
const oneTicket = 'ticket-pin';

/** How far round the pin of a report its place may be. */
export const doubtSource = 'viewer-doubt';

const nothing: SourceSpecification = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } };
export const ownSources: StyleSpecification['sources'] = {
  [chosenSource]: nothing,
  [listedSource]: nothing,
  [doubtSource]: nothing,
};

const round = { 'line-join': 'round' } as const;

const hover: LayerSpecification = {
  id: 'viewer-hover',
  type: 'line',
  source: 'area',
  'source-layer': 'area',
  layout: round,
  paint: {
    'line-color': '#0b4a5b',
    'line-width': 2.5,
    'line-opacity': ['case', ['boolean', ['feature-state', 'hover'], false], 1, 0],
  },
};

const chosen: LayerSpecification[] = [
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
