import { effect } from '@preact/signals';
import { api, type AreaFeature, ask, type Located, type LonLat } from '../api/client';
import { areaTick, at, boundaryHistory, comparing, comparison, network, ofNetwork, timeOpen } from '../state';
import { dayOf } from '../time';
import { forgetAreas } from './areas';
import { loader } from './load';

/** Shows the map as it was at a date; empty: as it is now. */
export function showDate(date: string): void {
  forgetAreas();
  at.value = date;
  if (date === '') comparing.value = '';
  else if (comparing.value && comparing.value < date.slice(0, 10)) comparing.value = '1';
  areaTick.value++;
}

/** A change's instant for the address: the day alone where it begins the day. */
export function dateOf(instant: string): string {
  return /T00:00:00(\.0+)?[+-]/.test(instant) ? dayOf(instant) : instant;
}

/** An area as it was at a date. */
export function getAreaThen(code: string, date: string): Promise<AreaFeature> {
  return ask(api.GET('/api/v1/areas/{code}', { params: { path: { code }, query: { at: date, ...ofNetwork() } } }));
}

/** Which grid a place belonged to at a date. */
export function locateThen({ lon, lat }: LonLat, date: string): Promise<Located> {
  return ask(api.GET('/api/v1/locate', { params: { query: { lon, lat, system: 'wgs84', at: date, ...ofNetwork() } } }));
}

/** Keeps the dates of boundary changes, and what changed from the map's date on, in step with network and server. */
export function followTime(): () => void {
  const load = { history: loader(boundaryHistory), changes: loader(comparison) };
  const stops = [
    effect(() => {
      if (!(timeOpen.value || at.value) || areaTick.value < 0 || network.value < '') return;
      void load.history(() => ask(api.GET('/api/v1/boundaries/history', { params: { query: ofNetwork() } })), network.value);
    }),
    effect(() => {
      const [from, until] = [at.value, comparing.value];
      if (!from || !until || areaTick.value < 0) return;
      const query = { from, ...(until === '1' ? {} : { to: until }), ...ofNetwork() };
      void load.changes(() => ask(api.GET('/api/v1/boundaries/changes', { params: { query } })), [from, until, network.peek()]);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
