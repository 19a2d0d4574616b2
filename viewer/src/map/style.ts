import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { at } from '../home';
import { at as at_, type LayerFacts, layerFacts, layersOff, layersOffered, network, theme } from '../state';
import { tileFilter } from '../actions/tickets';
import { highlights, listedTickets, measures, ownSources } from './overlay';
import { hideOwn } from './own';

/** The ids of the served style's layers by source, in its order. */
export const served = new Map<string, string[]>();

/** The ids of the served style's layers that colour the ground: cells of patrols, what cameras see. */
export const covers = new Set<string>();

export function styleUrl(): string {
  const url = new URL(at(`/style/${theme.peek()}.json`));
  if (network.value) url.searchParams.set('network', network.value);
  return url.href;
}

/** Is the base map of the settings on? Where it is, areas are thin, and names of our own streets left out. */
export const onBasemap = (): boolean => served.has('basemap') && !layersOff.value.has('basemap');

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
    layers: hideOwn([...layers.slice(0, cut), ...highlights(hasAreas), ...layers.slice(cut), ...listedTickets(next.layers), ...measures]),
  };
}

function remember(style: StyleSpecification): void {
  served.clear();
  covers.clear();
  for (const layer of style.layers) {
    const source = sourceOf(layer);
    if ((layer.metadata as Record<string, unknown> | undefined)?.['gisgrid:band'] === 'cover') covers.add(layer.id);
    if (source) served.set(source, [...(served.get(source) ?? []), layer.id]);
  }
  const { metadata } = style as { metadata?: { 'gisgrid:layers'?: Record<string, LayerFacts> } };
  const facts = metadata?.['gisgrid:layers'] ?? {};
  layerFacts.value = Object.fromEntries(Object.entries(facts).map(([id, one]) => [id, { ...one, covers: (served.get(id) ?? []).some((part) => covers.has(part)) }]));
  layersOffered.value = Object.keys(style.sources).filter((id) => served.has(id));
}

/** Tiles from where the page itself came from, even if a server behind a proxy names another address. */
function mapSources(sources: StyleSpecification['sources']): StyleSpecification['sources'] {
  const here = (url: string) => at(url.slice(url.search(/\/(tiles|basemap)\//)));
  const entries = Object.entries(sources).map(([id, source]) => {
    if (source.type === 'raster' && source.tiles) return [id, { ...source, tiles: source.tiles.map(here) }];
    if (source.type !== 'vector' || !source.tiles) return [id, source];
    whole.set(id, source.tiles.map(here));
    return [id, { ...source, tiles: tilesOf(id) }];
  });
  return Object.fromEntries(entries);
}

/** Where all of a source's tiles are, by its id. */
const whole = new Map<string, string[]>();
/** The sources that have a history. */
export const dated = ['area', 'ticket'] as const;

/** Where a source's tiles are: of the map's date, and of tickets those that the filter asks for. */
export function tilesOf(id: string): string[] {
  const asked = [id === 'ticket' && tileFilter.value, dated.includes(id as never) && at_.value && `at=${encodeURIComponent(at_.value)}`];
  const query = asked.filter(Boolean).join('&');
  return (whole.get(id) ?? []).map((url) => (query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url));
}

const sourceOf = (layer: LayerSpecification): string | undefined =>
  'source' in layer && typeof layer.source === 'string' ? layer.source : undefined;

function hideSwitchedOff(layer: LayerSpecification): LayerSpecification {
  if (!layersOff.peek().has(sourceOf(layer) ?? '')) return layer;
  return { ...layer, layout: { ...layer.layout, visibility: 'none' } } as LayerSpecification;
}
