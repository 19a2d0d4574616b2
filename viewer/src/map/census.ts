import type { Map as MapLibre } from 'maplibre-gl';
import { census } from '../state';
import { served } from './style';

/** Counts the cameras in view for the legend, each once, however many tiles and layers show it. */
export function followCensus(map: MapLibre): void {
  map.on('idle', () => {
    const layers = (served.get('camera') ?? []).filter((id) => map.getLayer(id));
    const features = layers.length > 0 ? map.queryRenderedFeatures({ layers }) : [];
    const cameras = new Map<unknown, number>();
    for (const { id, geometry, properties } of features) {
      if (geometry.type === 'Point') cameras.set(id, Number(properties['count'] ?? 1));
    }
    census.value = { camera: [...cameras.values()].reduce((sum, count) => sum + count, 0) };
  });
}
