import { effect } from '@preact/signals';
import type { Map as MapLibre, PaddingOptions } from 'maplibre-gl';
import { boundsOf } from '../actions/areas';
import { type Goal, goal, home, layersOpen, roomy, type Snap, snap, theme, view } from '../state';

const calm = matchMedia('(prefers-reduced-motion: reduce)');
const close = 16;
const flight_ms = 700;
const legend_px = 210;
const peek_px = 132;
/** How much of the map's height the sheet of a phone covers; `full` hides the map, so it counts as half. */
const share: Record<Snap, number> = { peek: 0, half: 0.54, full: 0.54 };

/** Moves the map where the state wants it, clear of what lies over it; returns what ends that. A map that has just given way to the one in another language has no size: the other begins where this one ended, and has the goals. */
export function followCamera(map: MapLibre): () => void {
  let flying: Goal | null = null;
  /** What fills the map until somebody moves it; it fills it again when the map becomes larger or smaller. */
  let filling: Goal | null = null;
  const fly = (to: Goal, duration: number) => {
    flying = to;
    filling = 'bounds' in to ? to : null;
    move(map, to, duration);
  };
  const arrive = () => {
    flying = null;
    const { lng, lat } = map.getCenter();
    view.value = { zoom: map.getZoom(), lat, lon: lng };
  };
  // its first run comes before any move: padding ends the move that is on its way
  const pad = () => {
    const on = flying;
    map.setPadding({ top: 0, left: 0, right: 0, bottom: sheet(map) });
    if (on) fly(on, 0);
  };
  const stops = [
    effect(() => {
      void snap.value;
      pad();
    }),
  ];
  const top = home.peek();
  if (!view.peek() && top) move(map, (filling = { bounds: boundsOf(top) }), 0);
  let first = true;
  stops.push(
    effect(() => {
      const to = goal.value;
      if (!to || map.getContainer().clientWidth === 0) return;
      fly(to, first || calm.matches ? 0 : flight_ms);
      goal.value = null;
      if (first && view.peek()) arrive();
    }),
  );
  first = false;
  let size = '';
  map.on('resize', () => {
    const { clientWidth, clientHeight } = map.getContainer();
    if (clientWidth === 0) return;
    if (size === (size = `${clientWidth} ${clientHeight}`)) return; // another resolution: to pad the map would end its movement
    pad();
    if (filling && !flying) move(map, filling, 0);
  });
  map.on('movestart', (event) => {
    if ('originalEvent' in event && event.originalEvent) filling = null;
  });
  map.on('moveend', arrive);
  return () => stops.forEach((stop) => stop());
}

function move(map: MapLibre, to: Goal, duration: number): void {
  if ('bounds' in to) map.fitBounds(to.bounds, { padding: margins(map), duration, maxZoom: 17 });
  else if ('view' in to) map.easeTo({ center: [to.view.lon, to.view.lat], zoom: to.view.zoom, duration });
  else map.easeTo({ center: [to.lon, to.lat], zoom: Math.max(map.getZoom(), close), duration });
}

/** How much of the map the sheet covers; beside the map, as on a desk, it covers nothing. */
function sheet(map: MapLibre): number {
  const panel = document.getElementById('panel');
  if (!panel || getComputedStyle(panel).position !== 'absolute') return 0;
  return Math.max(peek_px, share[snap.peek()] * map.getContainer().clientHeight);
}

/** Room around what the map moves to: for the buttons above and below it, and the open legend; less on a small map. */
function margins(map: MapLibre): PaddingOptions {
  const { clientWidth, clientHeight } = map.getContainer();
  if (theme.peek() === 'wall') return { top: 16, bottom: 16, left: 16, right: 16 };
  const free = clientHeight - sheet(map);
  const side = Math.min(40, clientWidth * 0.06);
  const above = roomy.peek() ? Math.min(40, free * 0.06) : Math.min(62, free * 0.18);
  const legend = layersOpen.peek() && clientWidth > 3 * legend_px ? legend_px : 0;
  return { top: above, bottom: Math.min(84, free * 0.25), left: side, right: side + legend };
}
