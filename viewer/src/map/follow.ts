import { effect } from '@preact/signals';
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import { filtered, shown } from '../actions/tickets';
import type { AreaFeature, Ticket } from '../api/client';
import { area, closedShown, home, layersOff, network, now, picked, pile, scope, session, sketch, ticket } from '../state';
import { placeOf } from '../tickets';
import { epoch } from '../time';
import { chosenSource, listedSource, sketchSource } from './overlay';
import { dress, served, styleUrl } from './style';

/** Brings the map in step with the state, and keeps it there; returns what ends that. */
export function followState(map: MapLibre): () => void {
  const stops = [
    effect(() => void map.setGlobalStateProperty('now', now.value)),
    effect(() => void map.setGlobalStateProperty('closed', closedShown.value)),
    effect(() => showLayers(map)),
    effect(() => markChosen(map)),
    effect(() => showListed(map)),
    effect(() => fill(map, sketchSource, sketch.value)),
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

/** Everything that a new style has forgotten. */
export function restate(map: MapLibre): void {
  map.setGlobalStateProperty('now', now.peek());
  map.setGlobalStateProperty('closed', closedShown.peek());
  showLayers(map);
  markChosen(map);
  showListed(map);
  fill(map, sketchSource, sketch.peek());
}

/** While the list is filtered, its tickets stand in for the map's, which are counted in clusters. */
function showLayers(map: MapLibre): void {
  for (const [source, ids] of served) {
    const off = layersOff.value.has(source) || (source === 'ticket' && filtered.value);
    for (const id of ids) {
      if (map.getLayer(id)) map.setLayoutProperty(id, 'visibility', off ? 'none' : 'visible');
    }
  }
}

function fill(map: MapLibre, id: string, features: GeoJSON.Feature[]): void {
  map.getSource<GeoJSONSource>(id)?.setData({ type: 'FeatureCollection', features });
}

function markChosen(map: MapLibre): void {
  const feature = area.value.value;
  const marks: GeoJSON.Feature[] = [];
  if (feature && scope.value !== home.value?.properties.code) marks.push(asLines(feature));
  const what = picked.value?.what;
  const one = what === 'ticket' ? ticket.value.value : what === 'pile' ? pile.value.value?.[0] : null;
  if (one) marks.push(...asPoint(one, {}));
  fill(map, chosenSource, marks);
}

function showListed(map: MapLibre): void {
  const listed = filtered.value && !layersOff.value.has('ticket') ? shown.value : [];
  const points = listed.flatMap((one) => {
    const { number, category, step, due_at, closed_at } = one;
    return asPoint(one, { number, category, step, due_at: epoch(due_at), closed: closed_at !== null });
  });
  fill(map, listedSource, points);
}

function asLines({ geometry }: AreaFeature): GeoJSON.Feature {
  const coordinates = geometry?.coordinates.flat(1) ?? [];
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates } };
}

function asPoint(one: Ticket, properties: Record<string, unknown>): GeoJSON.Feature[] {
  const at = placeOf(one);
  return at ? [{ type: 'Feature', properties, geometry: { type: 'Point', coordinates: [at.lon, at.lat] } }] : [];
}
