import type { LonLat } from '../api/client';
import { measured, picking, snap } from '../state';

/**
 * A click on the map, or Enter for its middle, is a corner, until that ends or another page wants the click.
 * Meanwhile a phone's sheet leaves the map free.
 */
export function beginMeasure(): void {
  const before = snap.peek();
  snap.value = 'peek';
  measured.value = [];
  picking.value = add;
  document.querySelector<HTMLElement>('#map canvas')?.focus();
  const stop = picking.subscribe((taker) => {
    if (taker === add) return;
    measured.value = null;
    if (snap.peek() === 'peek') snap.value = before;
    queueMicrotask(() => stop());
  });
}

export function endMeasure(): void {
  if (picking.peek() === add) picking.value = null;
}

/** The last corner was a slip. */
export function takeBack(): void {
  measured.value = measured.peek()?.slice(0, -1) ?? null;
}

function add(at: LonLat): void {
  const corners = measured.peek() ?? [];
  const last = corners.at(-1);
  if (last?.lon !== at.lon || last.lat !== at.lat) measured.value = [...corners, at];
}
