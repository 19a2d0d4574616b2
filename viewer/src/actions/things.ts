import { effect, signal } from '@preact/signals';
import { asProblem, type Problem } from '../api/client';
import { called, goal, picked, session } from '../state';
import { findHit } from './search';

/** What became of the question where the thing is that an address names; `none`: the server shows no such thing to this caller. */
export const sought = signal<{ state: 'asked' | 'found' | 'none'; problem: Problem | null }>({ state: 'asked', problem: null });

/** An address names a thing by its code alone: the server says where it is, and the map goes there unless the address says what it shows. */
export function followThings(): void {
  effect(() => {
    void session.value; // who may see it
    const on = picked.value;
    if (on?.what === 'thing' && !on.thing) void seek(on.layer, on.code);
  });
}

export async function seek(layer: string, code: string): Promise<void> {
  sought.value = { state: 'asked', problem: null };
  const isStill = () => {
    const on = picked.peek();
    return on?.what === 'thing' && on.layer === layer && on.code === code && !on.thing;
  };
  try {
    const hit = await findHit(layer, code);
    if (!isStill()) return;
    sought.value = { state: hit ? 'found' : 'none', problem: null };
    if (!hit) return;
    picked.value = { what: 'thing', layer, code, thing: { code, name: hit.name } };
    if (hit.lon !== null && hit.lat !== null && !called.peek()?.view) goal.value = { lon: hit.lon, lat: hit.lat };
  } catch (thrown) {
    if (isStill()) sought.value = { state: 'none', problem: asProblem(thrown) };
  }
}
