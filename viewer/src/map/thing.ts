import { effect } from '@preact/signals';
import type { Map as MapLibre } from 'maplibre-gl';
import { picked, type Thing } from '../state';

/** An address names a thing by its code alone: finds it in the tiles that are there. */
export function followThing(map: MapLibre): void {
  const find = () => {
    const on = picked.peek();
    if (on?.what !== 'thing' || on.thing || !map.getSource(on.layer)) return;
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
