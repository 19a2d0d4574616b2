import type { Map as MapLibre, VectorTileSource } from 'maplibre-gl';

type Tile = Parameters<VectorTileSource['loadTile']>[0];
type Turn = { tiles: string[]; done: Promise<unknown> };

const ordered = new WeakSet<object>();

/** What is asked of a tile while it is on its way waits for it: MapLibre shows what it hears last, and a tile that is cut again for another state of the map may be heard after what the server said in the meantime, so that tickets of another date or filter stayed. */
export function takeTurns(map: MapLibre): void {
  map.on('styledata', () => {
    for (const id of Object.keys(map.getStyle()?.sources ?? {})) {
      const source = map.getSource(id);
      if (source?.type === 'vector') order(source as VectorTileSource);
    }
  });
}

function order(source: VectorTileSource): void {
  if (ordered.has(source)) return;
  ordered.add(source);
  const turns = new WeakMap<Tile, Turn>();
  const plain = source.loadTile.bind(source);
  /** What its worker has not, because the first answer was called off, is asked for as if it were new. */
  const load: typeof plain = async (tile) => {
    try {
      return await plain(tile);
    } catch (thrown) {
      if (tile.aborted || !(thrown as Error).message?.includes('never loaded')) throw thrown;
      tile.state = 'expired';
      return plain(tile);
    }
  };
  source.loadTile = (tile) => {
    const before = turns.get(tile);
    const done = before ? after(before, tile) : load(tile);
    const turn = { tiles: source.tiles, done };
    turns.set(tile, turn);
    const end = () => {
      if (turns.get(tile) === turn) turns.delete(tile);
    };
    done.then(end, end);
    return done;
  };

  /** A tile that was never there yet is asked for again where its address is another one by now. */
  async function after(before: Turn, tile: Tile): ReturnType<typeof load> {
    const isFirst = tile.state === 'loading';
    const wanted = isFirst ? (before.tiles === source.tiles ? 'reloading' : 'expired') : tile.state;
    await before.done.catch(() => undefined);
    if (tile.aborted) return undefined;
    if (tile.state !== 'errored') tile.state = wanted;
    return load(tile);
  }
}
