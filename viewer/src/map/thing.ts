import { effect } from '@preact/signals';
import type { Map as MapLibre } from 'maplibre-gl';
import { picked, type Thing } from '../state';

const isWhole = (thing: Thing): boolean => Object.keys(thing).some((name) => name !== 'code' && name !== 'name');

/** An address or the search names a thing by its code, at most with its name: what else is known of it is in its tile, once that is there. */
export function followThing(map: MapLibre): void {
  const find = () => {
    const on = picked.peek();
    if (on?.what !== 'thing' || (on.thing && isWhole(on.thing)) || !map.getSource(on.layer)) return;
    const filter = ['==', ['get', 'code'], on.code] as ['==', unknown, string];
    const [found] = map.querySourceFeatures(on.layer, { sourceLayer: on.layer, filter: filter as never });
    if (found) picked.value = { ...on, thing: found.properties as Thing };
  };
  const stop = effect(() => {
    void picked.value;
    find();
  });
  map.on('idle', find);
  map.once('remove', stop);
}
