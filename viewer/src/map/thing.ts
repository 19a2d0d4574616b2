import { effect } from '@preact/signals';
import type { Map as MapLibre } from 'maplibre-gl';
import { picked, spot, type Thing } from '../state';

const isWhole = (thing: Thing): boolean => Object.keys(thing).some((name) => name !== 'code' && name !== 'name');

/** Says where the thing is that lies on top. An address or the search names it by its code, at most with its name: what else is known of it is in its tile, too. */
export function followThing(map: MapLibre): void {
  let marked = '';
  const find = () => {
    const on = picked.peek();
    const name = on?.what === 'thing' ? `${on.layer}/${on.code}` : '';
    if (marked !== name) [marked, spot.value] = [name, null];
    if (on?.what !== 'thing' || (on.thing && isWhole(on.thing) && spot.peek()) || !map.getSource(on.layer)) return;
    const filter = ['==', ['get', 'code'], on.code] as ['==', unknown, string];
    const all = map.querySourceFeatures(on.layer, { sourceLayer: on.layer, filter: filter as never });
    const found = all.find(({ geometry }) => geometry.type === 'Point') ?? all[0];
    if (!found) return;
    spot.value ??= found.geometry;
    if (Object.keys(found.properties).length > Object.keys(on.thing ?? {}).length) picked.value = { ...on, thing: found.properties as Thing };
  };
  const stop = effect(() => {
    void picked.value;
    find();
  });
  map.on('idle', find);
  map.once('remove', stop);
}
