import type { DataDrivenPropertyValueSpecification, Map as MapLibre } from 'maplibre-gl';
import { theme } from '../state';
import { wallScale } from '../wall/scale';
import { type Aside, drawAside } from './aside';
import { drawerOf, drawsBySoftware, startPace } from './pace';

/** How long the map has not moved, and through how many frames, before it is drawn finely: a hand that goes on at once is not kept waiting for it, and one slow frame is not a rest. */
const rest_ms = 300;
const rest_frames = 3;
/** What lies under each grid's border costs a fifth of a coarse frame and is hardly seen in it. */
const casing = 'area-line-grid-casing';

/** How many of the screen's pixels one of the map's is: more on a wall, and where the page is larger on a great screen. */
export const sharpness = (): number => devicePixelRatio * (theme.peek() === 'wall' ? wallScale() : Number(getComputedStyle(document.documentElement).getPropertyValue('--zoom')));

/** Waits until the map is drawn as it is at rest. */
export async function sharp(map: MapLibre): Promise<void> {
  while (map.getContainer().hasAttribute('data-coarse')) await new Promise(requestAnimationFrame);
}

/**
 * Keeps the map as sharp as the screen; where frames are slow, as without a graphics card, it is coarser while it
 * moves, so that it follows the hand, and sharp when it rests. Returns what ends that.
 */
export function followSharpness(map: MapLibre): () => void {
  const isSoftware = drawsBySoftware(drawerOf(map.getCanvas()));
  const pace = startPace(isSoftware);
  const gl = isSoftware ? map.getCanvas().getContext('webgl2') : null;
  const aside: Aside | null = gl && drawAside(map, gl, (took_ms) => {
    if (isCoarse) pace.frame(took_ms);
    if (hasMoved) moved = performance.now(); // for who looks at it
    hasMoved = false;
  });
  const container = map.getContainer();
  let isCoarse = false;
  let isTurning = false;
  let cased: DataDrivenPropertyValueSpecification<number> | undefined;
  let moved = 0;
  let hasMoved = false;
  let frames = 0;
  let watch = 0;

  const turn = (coarse: boolean) => {
    if (coarse !== isCoarse && map.getLayer(casing)) {
      if (coarse) cased = map.getPaintProperty(casing, 'line-opacity');
      map.setPaintProperty(casing, 'line-opacity', coarse ? 0 : cased);
    }
    isCoarse = coarse;
    container.toggleAttribute('data-coarse', coarse);
    const wanted = sharpness() * (coarse ? pace.share() : 1);
    if (map.getPixelRatio() === wanted) return;
    isTurning = true; // MapLibre reports it as a movement
    map.stop = () => map; // and would end what a hand does
    map.setPixelRatio(wanted);
    delete (map as Partial<MapLibre>).stop;
    isTurning = false;
  };
  const rest = () => {
    watch = 0;
    pace.rest();
    if (!isCoarse) return;
    turn(false);
    map.redraw(); // at once: a canvas of another size is empty
  };
  /** From one frame of the page to the next: what draws the map keeps the page waiting. */
  const look = (before: number) => (at: number) => {
    if (before && frames === 0 && !aside) pace.frame(at - before);
    frames += 1;
    if (frames > rest_frames && at - moved > rest_ms && !aside?.isDrawing()) rest();
    else watch = requestAnimationFrame(look(at));
  };

  map.on('resize', () => {
    if (!isTurning) turn(isCoarse);
  });
  map.on('move', () => {
    if (isTurning || !map.isMoving()) return; // a jump is drawn once
    moved = performance.now();
    hasMoved = true;
    frames = 0;
    watch ||= requestAnimationFrame(look(0));
    if (pace.share() < 1) turn(true);
  });
  return () => {
    cancelAnimationFrame(watch);
    aside?.end();
  };
}
