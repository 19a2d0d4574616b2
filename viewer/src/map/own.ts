import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from 'maplibre-gl';
import { ownSources } from './overlay';

/** The viewer's own layers by source. */
const own = new Map<string, string[]>();

/** These layers, of which those of the viewer's own sources are hidden: nothing is in them yet. */
export function hideOwn(layers: LayerSpecification[]): LayerSpecification[] {
  own.clear();
  return layers.map((layer) => {
    const source = 'source' in layer && typeof layer.source === 'string' ? layer.source : '';
    if (!(source in ownSources)) return layer;
    own.set(source, [...(own.get(source) ?? []), layer.id]);
    return { ...layer, layout: { ...layer.layout, visibility: 'none' } } as LayerSpecification;
  });
}

/** Puts these into a source of the viewer's own. Its layers are hidden while it has none: a source costs a mask of the whole map in each frame. */
export function draw(map: MapLibre, id: string, features: GeoJSON.Feature[]): void {
  map.getSource<GeoJSONSource>(id)?.setData({ type: 'FeatureCollection', features });
  for (const layer of own.get(id) ?? []) {
    if (map.getLayer(layer)) map.setLayoutProperty(layer, 'visibility', features.length > 0 ? 'visible' : 'none');
  }
}
