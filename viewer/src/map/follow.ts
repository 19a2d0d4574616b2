import { effect } from '@preact/signals';
import type { Map as MapLibre, VectorTileSource } from 'maplibre-gl';
import { type Selection, selection } from '../actions/devices';
import { coloured } from '../actions/legend';
import { byList, dependOnTime, shown, showsClosed, tileFilter } from '../actions/tickets';
import type { AreaFeature, LonLat, Ticket } from '../api/client';
import { area, at, comparing, comparison, filter, home, layersOff, measured, network, now, picked, pile, scope, session, sketch, spot, ticket } from '../state';
import { placeOf } from '../tickets';
import { epoch } from '../time';
import { changesSource, chosenSource, listedSource, measureSource, sketchSource } from './overlay';
import { draw } from './own';
import { covers, dated, dress, onBasemap, served, styleUrl, tilesOf } from './style';

/** Brings the map in step with the state, and keeps it there; returns what ends that. */
export function followState(map: MapLibre): () => void {
  const stops = [
    effect(() => void map.setGlobalStateProperty('now', now.value)),
    effect(() => void map.setGlobalStateProperty('closed', showsClosed.value)),
    // figures of areas lie above their labels, those of cells where their tickets are
    effect(() => void map.setGlobalStateProperty('figures', tileFilter.value === '' && at.value === '')),
    effect(() => showLayers(map)),
    effect(() => void map.setGlobalStateProperty('basemap', onBasemap())),
    effect(() => markChosen(map)),
    effect(() => showListed(map)),
    effect(() => draw(map, sketchSource, sketch.value)),
    effect(() => draw(map, measureSource, [...measuredShapes(measured.value ?? []), ...rings(selection.value)])),
    followFilter(map),
    followDate(map),
    effect(() => showChanges(map)),
    followSession(map),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Signing in or out can change the visible layers, another network the tiles, and with them the server's style. */
function followSession(map: MapLibre): () => void {
  let first = true;
  return effect(() => {
    void [session.value, network.value];
    if (first) first = false;
    else map.setStyle(styleUrl(), { transformStyle: dress });
  });
}

/** The filter is in the address of the tiles, so that a million tickets are as few as those that are asked for. */
function followFilter(map: MapLibre): () => void {
  let asked = tileFilter.peek();
  let at = now.peek();
  return effect(() => {
    const source = map.getSource<VectorTileSource>('ticket');
    if (tileFilter.value !== asked) source?.setTiles(tilesOf('ticket'));
    else if (now.value !== at && source && dependOnTime.has(filter.peek().counter)) map.refreshTiles('ticket');
    [asked, at] = [tileFilter.value, now.value];
  });
}

/** Another date is another address of the tiles that have a history. */
function followDate(map: MapLibre): () => void {
  let shown = at.peek();
  return effect(() => {
    if (at.value === shown) return;
    shown = at.value;
    for (const id of dated) map.getSource<VectorTileSource>(id)?.setTiles(tilesOf(id));
  });
}

/** Everything that a new style has forgotten. */
export function restate(map: MapLibre): void {
  map.setGlobalStateProperty('now', now.peek());
  map.setGlobalStateProperty('closed', showsClosed.peek());
  map.setGlobalStateProperty('figures', tileFilter.peek() === '' && at.peek() === '');
  map.setGlobalStateProperty('basemap', onBasemap());
  showLayers(map);
  markChosen(map);
  showListed(map);
  draw(map, sketchSource, sketch.peek());
  draw(map, measureSource, [...measuredShapes(measured.peek() ?? []), ...rings(selection.peek())]);
  showChanges(map);
}

/** While a work list is shown, its tickets stand in for the map's, which are everybody's; while a figure colours areas, no other layer colours ground. */
function showLayers(map: MapLibre): void {
  for (const [source, ids] of served) {
    const off = layersOff.value.has(source) || (source === 'ticket' && byList.value);
    for (const id of ids) {
      const hidden = off || (coloured.value && covers.has(id));
      if (map.getLayer(id)) map.setLayoutProperty(id, 'visibility', hidden ? 'none' : 'visible');
    }
  }
}

function markChosen(map: MapLibre): void {
  const feature = area.value.value;
  const marks: GeoJSON.Feature[] = [];
  if (feature && scope.value !== home.value?.properties.code) marks.push(asLines(feature));
  const what = picked.value?.what;
  const one = what === 'ticket' ? ticket.value.value : what === 'pile' ? pile.value.value?.[0] : null;
  if (one) marks.push(...asPoint(one, {}));
  if (spot.value && !spot.value.type.endsWith('Polygon')) marks.push({ type: 'Feature', properties: {}, geometry: spot.value }); // a shape ends where its tile does
  draw(map, chosenSource, marks);
}

function showListed(map: MapLibre): void {
  const listed = byList.value && !layersOff.value.has('ticket') ? shown.value : [];
  const points = listed.flatMap((one) => {
    const { number, category, step, due_at, closed_at } = one;
    return asPoint(one, { number, category, step, due_at: epoch(due_at), closed: closed_at !== null });
  });
  draw(map, listedSource, points);
}

/** What ended and what began since the map's date, and what became of what. */
function showChanges(map: MapLibre): void {
  const found = at.value && comparing.value ? comparison.value.value : null;
  draw(map, changesSource, (found?.features ?? []) as unknown as GeoJSON.Feature[]);
}

/** Corners, the line between them and, of three and more, what it encloses. */
function measuredShapes(corners: LonLat[]): GeoJSON.Feature[] {
  const at = corners.map(({ lon, lat }) => [lon, lat]);
  const shape = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: 'Feature', properties: {}, geometry });
  return [
    ...(at.length > 2 ? [shape({ type: 'Polygon', coordinates: [[...at, at[0] as number[]]] })] : []),
    ...(at.length > 1 ? [shape({ type: 'LineString', coordinates: at })] : []),
    ...at.map((coordinates) => shape({ type: 'Point', coordinates })),
  ];
}

/** The devices inside of what is drawn. */
const rings = (found: Selection | null): GeoJSON.Feature[] =>
  (found?.devices ?? []).map(({ code, lon, lat }) => ({ type: 'Feature', properties: { device: code }, geometry: { type: 'Point', coordinates: [lon, lat] } }));

function asLines({ geometry }: AreaFeature): GeoJSON.Feature {
  const coordinates = geometry?.coordinates.flat(1) ?? [];
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates } };
}

function asPoint(one: Ticket, properties: Record<string, unknown>): GeoJSON.Feature[] {
  const at = placeOf(one);
  return at ? [{ type: 'Feature', properties, geometry: { type: 'Point', coordinates: [at.lon, at.lat] } }] : [];
}
