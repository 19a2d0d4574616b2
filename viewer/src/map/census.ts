import type { Map as MapLibre } from 'maplibre-gl';
import { census, layerFacts } from '../state';
import { served } from './style';

/** Counts what is in view of the layers that want it, each thing once, however many tiles and layers show it. */
export function followCensus(map: MapLibre): void {
  map.on('idle', () => {
    const counted = Object.entries(layerFacts.peek()).filter(([, facts]) => facts.census);
    census.value = Object.fromEntries(counted.map(([id]) => [id, count(map, id)]));
  });
}

function count(map: MapLibre, source: string): number {
  const layers = (served.get(source) ?? []).filter((id) => map.getLayer(id));
  const features = layers.length > 0 ? map.queryRenderedFeatures({ layers }) : [];
  const things = new Map<unknown, number>();
  for (const { id, geometry, properties } of features) {
    if (geometry.type === 'Point') things.set(id, Number(properties['count'] ?? 1));
  }
  return [...things.values()].reduce((sum, several) => sum + several, 0);
}
