import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { at } from '../home';
import { type LayerFacts, layerFacts, layersOff, layersOffered, network } from '../state';
import { highlights, listedTickets, ownSources } from './overlay';

/** The ids of the served style's layers by source, in its order. */
export const served = new Map<string, string[]>();

export function styleUrl(): string {
  const url = new URL(at('/style/day.json'));
  if (network.value) url.searchParams.set('network', network.value);
  return url.href;
}

/** The server's style with what only the viewer knows: layers switched off, highlights, the listed tickets. */
export function dress(_previous: StyleSpecification | undefined, next: StyleSpecification): StyleSpecification {
  remember(next);
  const layers = next.layers.map(hideSwitchedOff);
  const place = layers.findIndex(({ type }) => type === 'symbol' || type === 'circle');
  const cut = place < 0 ? layers.length : place;
  const hasAreas = served.has('area');
  return {
    ...next,
    sources: { ...mapSources(next.sources), ...ownSources },
    // Highlights lie below the first label or point, so that they cover neither; the listed tickets lie on top.
    layers: [...layers.slice(0, cut), ...highlights(hasAreas), ...layers.slice(cut), ...listedTickets(next.layers)],
  };
}

function remember(style: StyleSpecification): void {
  served.clear();
  for (const layer of style.layers) {
    const source = sourceOf(layer);
    if (source) served.set(source, [...(served.get(source) ?? []), layer.id]);
  }
  const { metadata } = style as { metadata?: { 'gisgrid:layers'?: Record<string, LayerFacts> } };
  layerFacts.value = metadata?.['gisgrid:layers'] ?? {};
  layersOffered.value = Object.keys(style.sources).filter((id) => served.has(id));
}

/** Tiles from where the page itself came from, even if a server behind a proxy names another address. */
function mapSources(sources: StyleSpecification['sources']): StyleSpecification['sources'] {
  const here = (url: string) => at(url.slice(url.indexOf('/tiles/')));
  const entries = Object.entries(sources).map(([id, source]) => {
    return [id, source.type === 'vector' && source.tiles ? { ...source, tiles: source.tiles.map(here) } : source];
  });
  return Object.fromEntries(entries);
}

const sourceOf = (layer: LayerSpecification): string | undefined =>
  'source' in layer && typeof layer.source === 'string' ? layer.source : undefined;

function hideSwitchedOff(layer: LayerSpecification): LayerSpecification {
  if (!layersOff.peek().has(sourceOf(layer) ?? '')) return layer;
  return { ...layer, layout: { ...layer.layout, visibility: 'none' } } as LayerSpecification;
}
