import { signal } from '@preact/signals';
import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { measured } from '../state';
import { beginMeasure, endMeasure } from './measure';

export type Selection = components['schemas']['Selection'];

/** Is what is drawn on the map a polygon round devices? */
export const selecting = signal(false);
/** The devices inside of what is drawn; null: nobody asked yet, or it was redrawn since. */
export const selection = signal<Selection | null>(null);

/** Corners are drawn as a measured line is, by mouse, finger or keyboard, until that ends. */
export function beginSelection(): void {
  beginMeasure();
  selecting.value = true;
  const stop = measured.subscribe((corners) => {
    selection.value = null;
    if (corners !== null) return;
    selecting.value = false;
    queueMicrotask(() => stop());
  });
}

export const endSelection = endMeasure;

/** Which devices stand inside, of one kind or of any; with `words` their list goes to other programs. Throws Problem. */
export async function askSelection(kind: string, words?: string): Promise<void> {
  const corners = measured.peek() ?? [];
  const polygon = corners.map(({ lon, lat }) => [lon, lat]);
  const body = { polygon, system: 'wgs84', kind, hand_over: words !== undefined, words: words ?? '' };
  const found = await ask(api.POST('/api/v1/devices/selections', { body }));
  if (measured.peek() === corners) selection.value = found;
}
