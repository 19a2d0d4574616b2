import { effect } from '@preact/signals';
import type { ErrorEvent, Map as MapLibre, VectorTileSource } from 'maplibre-gl';
import { type Change, onChange, spread } from '../live';
import { layerFacts, live, mapFault } from '../state';
import { dress, styleUrl } from './style';

type Id = { z: number; x: number; y: number };

const refreshMs = 250;
const mendMs = 4_000;

/** Draws again the tiles that a change touched, and those that failed to come, once the server is back. */
export function followTiles(map: MapLibre): void {
  const stops = [refreshChanged(map), mendFailed(map)];
  map.once('remove', () => stops.forEach((stop) => stop()));
}

/** Several changes in a moment ask for a tile once; what is not in view is asked for when it comes into view. */
function refreshChanged(map: MapLibre): () => void {
  let changed: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    timer = undefined;
    const changes = changed;
    changed = [];
    const layers = new Set(changes.map((one) => one.layer));
    for (const layer of layers) refreshLayer(map, layer, changes.filter((one) => one.layer === layer));
    for (const [layer, { figures }] of Object.entries(layerFacts.peek())) {
      if (figures && layers.has(figures.of) && map.getSource(layer)) map.refreshTiles(layer, touchedInView(map, figures.below - 1, [everything]));
    }
  };
  return onChange((changes) => {
    if (changes === null) refreshAll(map);
    else changed.push(...changes);
    timer ??= setTimeout(refresh, spread(refreshMs) - refreshMs);
  });
}

function refreshLayer(map: MapLibre, layer: string, changes: Change[]): void {
  const source = map.getSource<VectorTileSource>(layer);
  if (!source) return;
  const ids = touchedInView(map, source.maxzoom, changes);
  // a tile that is still on its way was perhaps drawn before the change
  if (!map.isSourceLoaded(layer)) map.once('idle', () => map.getSource(layer) && map.refreshTiles(layer, ids));
  if (ids.length > 0) map.refreshTiles(layer, ids);
}

const rows = Array.from({ length: 25 }, (_, z) => [z, [0, 0, 2 ** z - 1, 2 ** z - 1]]);
const everything = { tiles: Object.fromEntries(rows) as Change['tiles'] };

/** Every tile in view. Not by `refreshTiles` without ids, which never asks for tiles that failed. */
function refreshAll(map: MapLibre): void {
  for (const id of Object.keys(map.getStyle()?.sources ?? {})) {
    const source = map.getSource(id);
    if (source?.type === 'vector') map.refreshTiles(id, touchedInView(map, (source as VectorTileSource).maxzoom, [everything]));
  }
}

/** The tiles in view, of the zooms that may be drawn now, that a change says it touched. */
function touchedInView(map: MapLibre, maxzoom: number, changes: Pick<Change, 'tiles'>[]): Id[] {
  const z = Math.floor(map.getZoom());
  const zooms = new Set([z - 1, z, z + 1].map((zoom) => Math.min(zoom, maxzoom)));
  return [...zooms].flatMap((zoom) => {
    const view = inView(map, zoom);
    const found = new Map<string, Id>();
    for (const { tiles } of changes) {
      const range = tiles[zoom];
      if (!range) continue;
      for (let x = Math.max(range[0], view[0]); x <= Math.min(range[2], view[2]); x++) {
        for (let y = Math.max(range[1], view[1]); y <= Math.min(range[3], view[3]); y++) found.set(`${x}/${y}`, { z: zoom, x, y });
      }
    }
    return [...found.values()];
  });
}

/** First and last column and row of the tiles in view, and one more all round. */
function inView(map: MapLibre, z: number): [number, number, number, number] {
  const bounds = map.getBounds();
  const column = (lon: number) => Math.floor(((lon + 180) / 360) * 2 ** z);
  const row = (lat: number) => {
    const sine = Math.sin((lat * Math.PI) / 180);
    return Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 2 ** z);
  };
  return [column(bounds.getWest()) - 1, row(bounds.getNorth()) - 1, column(bounds.getEast()) + 1, row(bounds.getSouth()) + 1];
}

/** MapLibre never asks again for a tile, or a style, that failed to come. */
function mendFailed(map: MapLibre): () => void {
  const failed = new Map<string, Id[]>();
  let rounds = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const mend = () => {
    clearTimeout(timer);
    timer = undefined;
    if (live.peek() === 'offline' || failed.size === 0) return;
    const sources = [...failed];
    failed.clear();
    rounds++;
    if (!map.getStyle()) {
      map.setStyle(null); // MapLibre would wait for the style that failed
      map.setStyle(styleUrl(), { transformStyle: dress });
    }
    for (const [id, tiles] of sources) if (tiles.length > 0 && map.getSource(id)) map.refreshTiles(id, tiles);
  };
  map.on('error', (event: ErrorEvent & { sourceId?: string; tile?: { tileID: { canonical: Id } } }) => {
    if ('status' in event.error && [401, 403].includes(event.error.status as number)) return;
    const { sourceId = '', tile } = event;
    mapFault.value = map.getStyle() ? 'tiles' : 'style';
    failed.set(sourceId, [...(failed.get(sourceId) ?? []), ...(tile ? [tile.tileID.canonical] : [])]);
    timer ??= setTimeout(mend, spread(mendMs * 2 ** Math.min(rounds, 4)));
  });
  map.on('idle', () => {
    if (failed.size > 0) return;
    rounds = 0;
    mapFault.value = '';
  });
  return effect(() => {
    if (live.value === 'live') mend();
  });
}
