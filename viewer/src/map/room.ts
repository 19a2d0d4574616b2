import { effect } from '@preact/signals';
import type { Map as MapLibre, PaddingOptions } from 'maplibre-gl';
import { layersOpen, type Snap, snap } from '../state';

const phone = matchMedia('(max-width: 900px)');
const margin_px = 40;
/** The report button is there. */
const below_px = 84;
const legend_px = 210;
const peek_px = 132;

/** How much of the map's height the sheet of a phone covers; `full` hides the map, so it counts as half. */
const share: Record<Snap, number> = { peek: 0, half: 0.54, full: 0.54 };

const sheet = (height: number): number => (phone.matches ? Math.max(peek_px, share[snap.value] * height) : 0);

/** Room to leave around what the map moves to, besides what `followSheet` keeps clear. */
export function margins(): PaddingOptions {
  const legend = !phone.matches && layersOpen.peek() ? legend_px : 0;
  return { top: margin_px, bottom: below_px, left: margin_px, right: margin_px + legend };
}

/** The margins of a map that has just been made and has no sheet to follow yet. */
export function firstMargins(container: HTMLElement): PaddingOptions {
  const room = margins();
  return { ...room, bottom: below_px + sheet(container.clientHeight) };
}

/** Keeps the middle of the map in the middle of what a phone's sheet leaves of it. */
export function followSheet(map: MapLibre): () => void {
  let first = true;
  return effect(() => {
    const padding = { top: 0, left: 0, right: 0, bottom: sheet(map.getContainer().clientHeight) };
    if (first) map.setPadding(padding);
    else map.easeTo({ padding, duration: 200 });
    first = false;
  });
}
