import { effect } from '@preact/signals';
import { api, ask, type LonLat, Problem, type ReportIn } from '../api/client';
import {
  draft,
  goal,
  idle,
  located,
  named,
  nearby,
  picked,
  type Place,
  place,
  placeBy,
  receipt,
  reporting,
  saidGrid,
  scanCode,
  scanned,
  setAside,
  snap,
  ticketTick,
} from '../state';
import { keepReport } from './follow';
import { dropPhotos, sendPhotos } from './photos';
import { listNear } from './near';
import { loader } from './load';
import { putAside } from './waiting';

const settleMs = 250;
/** Somebody with a phone reports the place where he is. */
export const byHand = matchMedia('(pointer: coarse)');

export function openReport(at: Place | null = null): void {
  picked.value = null;
  forget();
  place.value = at;
  placeBy.value = at === null && byHand.matches && isSecureContext ? 'gps' : 'map';
  if (receipt.peek()) dropPhotos();
  receipt.value = null;
  setAside.value = false;
  reporting.value = true;
  snap.value = 'half';
}

export function closeReport(): void {
  reporting.value = false;
  place.value = null;
  forget();
  if (receipt.peek()) dropPhotos();
  receipt.value = null;
}

function forget(): void {
  scanned.value = idle();
  scanCode.value = '';
  named.value = null;
}

/** A random UUID; crypto.randomUUID is missing on plain http, getRandomValues is not. */
export function newClientRef(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Sends the report, or keeps it on this device until the server can be reached; the same `client_ref` again never makes a second ticket. Throws Problem. */
export async function sendReport(body: ReportIn & { client_ref: string }): Promise<void> {
  try {
    receipt.value = await ask(api.POST('/api/v1/reports', { body }));
  } catch (thrown) {
    if (!(thrown instanceof Problem && thrown.isAway) || !(await putAside(body))) throw thrown;
    setAside.value = true;
    forgetDraft();
    return;
  }
  keepReport(receipt.value.number, receipt.value.secret);
  forgetDraft();
  snap.value = 'full';
  ticketTick.value++;
  void sendPhotos();
}

function forgetDraft(): void {
  for (const part of Object.values(draft)) part.value = '';
}

/** Why a report of this point would wait until somebody says where it is; null also where the server cannot be asked. */
export async function doubtOf(at: Place) {
  try {
    return (await ask(api.GET('/api/v1/locate', { params: { query: at } }))).doubt;
  } catch {
    return null;
  }
}

/** The report is where a photo was taken. */
export function usePlaceOf({ lon, lat }: LonLat): void {
  place.value = { lon: round(lon), lat: round(lat), system: 'wgs84' };
  goal.value = { lon, lat };
}

/** The browser's own position, WGS 84; rejects when it is refused or takes over 15 s. */
export function findMe(): Promise<Place> {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({
          lon: round(coords.longitude),
          lat: round(coords.latitude),
          system: 'wgs84',
          accuracy_m: Math.round(coords.accuracy),
        }),
      reject,
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  });
}

/** Degrees to a decimetre, which is finer than any finger or phone. */
export const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** Keeps `located` and `nearby` in step with `place`. */
export function followPlace(): () => void {
  const load = loader(located);
  return effect(() => {
    const at = place.value;
    saidGrid.value = '';
    nearby.value = [];
    if (!at) {
      located.value = { value: null, loading: false, problem: null };
      return undefined;
    }
    const timer = setTimeout(() => void load(() => locate(at), at), settleMs);
    return () => clearTimeout(timer);
  });
}

async function locate(at: Place) {
  void listNear(at).then(
    (found) => place.peek() === at && (nearby.value = found),
    () => undefined,
  );
  return ask(api.GET('/api/v1/locate', { params: { query: at } }));
}
