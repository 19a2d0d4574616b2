import { signal } from '@preact/signals';
import { api, ask } from '../api/client';
import { alone, drop, keep, type KeptPing, listKept } from '../queue';
import { live, session } from '../state';
import { forget, recall, remember } from '../storage';
import { round } from './report';

/** Since when this device is on patrol; null: it is not. `waiting`: positions that the server does not have yet. */
export type Patrol = { since: string | null; waiting: number; sent: number; setAside: number; problem: 'denied' | 'unknown' | null };
export const patrol = signal<Patrol>({ since: null, waiting: 0, sent: 0, setAside: 0, problem: null });

const place = 'gisgrid.patrol';
/** A patrol that was forgotten ends by itself. */
const longestMs = 12 * 3_600_000;
const oftenMs = 5_000;
const sendMs = 30_000;
const most = 5_000;

let watch: number | null = null;
let sending: ReturnType<typeof setInterval> | undefined;
let lastAt = 0;
let awake: WakeLockSentinel | null = null;

const change = (to: Partial<Patrol>): void => {
  patrol.value = { ...patrol.peek(), ...to };
};

/** A patrol that was on when the page was closed goes on, of the same account. */
export function resumePatrol(): void {
  const [account, since = ''] = (recall(place) ?? '').split(' ');
  const isFresh = Date.now() - Date.parse(since) < longestMs;
  if (isFresh && account === session.peek()?.name && watch === null) begin(since);
}

export function startPatrol(): void {
  const since = new Date().toISOString();
  remember(place, `${session.peek()?.name ?? ''} ${since}`);
  begin(since);
}

function begin(since: string): void {
  change({ since, sent: 0, setAside: 0, problem: null });
  const { geolocation } = navigator;
  watch = geolocation.watchPosition((found) => void note(found), (error) => change({ problem: error.code === error.PERMISSION_DENIED ? 'denied' : 'unknown' }), {
    enableHighAccuracy: true,
    maximumAge: 0,
  });
  sending = setInterval(() => void sendPings(), sendMs);
  document.addEventListener('visibilitychange', stayAwake);
  stayAwake();
}

/** Ends the patrol; what was walked is sent now, or once there is a network. */
export async function endPatrol(): Promise<void> {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
  clearInterval(sending);
  document.removeEventListener('visibilitychange', stayAwake);
  void awake?.release().catch(() => undefined);
  awake = null;
  forget(place);
  change({ since: null });
  await sendPings();
}

/** The screen stays on, because browsers tell a page in the dark no position. */
function stayAwake(): void {
  if (document.hidden || !('wakeLock' in navigator)) return;
  navigator.wakeLock.request('screen').then((lock) => (awake = lock), () => undefined);
}

async function note({ coords, timestamp }: GeolocationPosition): Promise<void> {
  if (patrol.peek().problem) change({ problem: null });
  if (timestamp - lastAt < oftenMs) return;
  const isFirst = lastAt === 0;
  lastAt = timestamp;
  const account = session.peek()?.name ?? '';
  const { longitude, latitude, accuracy } = coords;
  await keep('pings', { at: new Date(timestamp).toISOString(), lon: round(longitude), lat: round(latitude), accuracy_m: Math.round(accuracy), account }).catch(() => undefined);
  if (isFirst) await sendPings();
  else await count();
}

const own = (): Promise<KeptPing[]> =>
  listKept('pings').then(
    (all) => all.filter(({ account }) => account === session.peek()?.name),
    () => [],
  );

async function count(): Promise<void> {
  change({ waiting: (await own()).length });
}

/** The server keeps the same ping once, so a batch whose answer was lost is sent again. */
export async function sendPings(): Promise<void> {
  await alone('gisgrid.pings', async () => {
    const batch = (await own()).slice(0, most);
    if (batch.length > 0 && live.peek() !== 'offline') {
      const body = batch.map(({ at, lon, lat, accuracy_m }) => ({ at, lon, lat, accuracy_m, system: 'wgs84' }));
      const taken = await ask(api.POST('/api/v1/pings', { body })).catch(() => null);
      if (taken) {
        for (const { at } of batch) await drop('pings', at);
        const { sent, setAside } = patrol.peek();
        change({ sent: sent + taken.accepted, setAside: setAside + taken.set_aside.length });
      }
    }
  });
  await count();
}
