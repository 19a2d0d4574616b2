import { effect } from '@preact/signals';
import type { Counters, Ticket } from './api/client';
import { at } from './home';
import { areaTick, config, live, lostAt, network, scope, session, ticketTick } from './state';

/** The server has gathered already. */
const gatherMs = 100;
const deafMs = 40_000;
const pollMs = 20_000;
const longestWaitMs = 30_000;
/** So long a break is none. */
const blinkMs = 3_000;

/** What changed: where (west, south, east, north), per zoom the first and last column and row of its tiles. */
export type Change = {
  layer: string;
  bbox: [number, number, number, number];
  tiles: Record<string, [number, number, number, number]>;
  /** Of layer `ticket`, each ticket's public facts; null: too many, or not named. */
  tickets?: Ticket[] | null;
};
type Counted = Counters & { area: string };

/** Called with what changed in a moment; with null when everything may have. */
type Listener = (changes: Change[] | null) => void;
const listeners = new Set<Listener>();
const counting = new Set<(counted: Counted) => void>();

let source: EventSource | null = null;
/** The place in the server's order of changes up to which this page has heard. */
let heard = '';
let heardAt = 0;
let connectedAt = 0;
let failures = 0;
let again: ReturnType<typeof setTimeout> | undefined;
let gathering: ReturnType<typeof setTimeout> | undefined;
let telling: ReturnType<typeof setTimeout> | undefined;
let waiting: Change[] = [];

export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function onCounters(listener: (counted: Counted) => void): void {
  counting.add(listener);
}

/** Between so long and twice as long, so that not all pages ask at once. */
export const spread = (ms: number): number => ms * (1 + Math.random());

/** Listens to the server's events, as who is signed in and for the area that is shown. */
export function followServer(): void {
  effect(() => {
    void [scope.value, network.value, session.value];
    connect();
  });
  live.subscribe((state) => {
    clearTimeout(telling);
    const since = new Date(heardAt || Date.now()).toISOString();
    if (state !== 'offline') lostAt.value = null;
    else if (!lostAt.peek()) telling = setTimeout(() => (lostAt.value = since), blinkMs);
  });
  addEventListener('online', connect);
  addEventListener('offline', () => fail('offline'));
  setInterval(() => {
    if (source && Date.now() - Math.max(heardAt, connectedAt) > deafMs) fail('offline');
  }, 5_000);
  setInterval(() => live.peek() === 'polling' && changeAll(), spread(pollMs));
}

/** Resolves once the first stream is open, or soon in any case: what is asked for then misses no change. */
export const opened: Promise<void> = new Promise((done) => {
  const stop = live.subscribe((state) => state !== 'connecting' && done());
  setTimeout(() => done(stop()), 2_000);
});

function connect(): void {
  clearTimeout(again);
  source?.close();
  connectedAt = Date.now();
  const area = scope.peek();
  const query = new URLSearchParams({ heard, ...(area !== null && { area }), ...(network.peek() && { network: network.peek() }) });
  const stream = new EventSource(at(`/api/v1/events?${query}`));
  source = stream;
  const hear = (kind: string, act: (data: string) => void) =>
    stream.addEventListener(kind, ({ data, lastEventId }: MessageEvent<string>) => {
      if (source !== stream) return;
      heardAt = Date.now();
      heard = lastEventId || heard;
      act(data);
    });
  hear('alive', () => (live.value = 'live'));
  hear('stalled', () => (live.value = 'polling'));
  hear('change', (data) => gather(JSON.parse(data) as Change));
  hear('counters', (data) => counting.forEach((listener) => listener(JSON.parse(data) as Counted)));
  hear('reset', () => setTimeout(changeAll, spread(500)));
  stream.onopen = () => {
    failures = 0;
    // after a break in which no place was known yet anything may have changed
    if (live.peek() !== 'connecting' && live.peek() !== 'live' && !heard) changeAll();
    live.value = 'live';
  };
  // a browser gives a stream up that was refused; one that broke off it would open in its own time
  stream.onerror = () => source === stream && fail(stream.readyState === EventSource.CLOSED ? 'polling' : 'offline');
}

/** The stream is broken: comes back later, and later each time. */
function fail(state: 'offline' | 'polling'): void {
  source?.close();
  source = null;
  live.value = state;
  clearTimeout(again);
  again = setTimeout(connect, spread(Math.min(1_000 * 2 ** failures++, longestWaitMs)));
}

/** Many changes in a moment are one refresh. */
function gather(change: Change): void {
  waiting.push(change);
  gathering ??= setTimeout(tell, gatherMs);
}

function tell(): void {
  const changes = waiting;
  waiting = [];
  gathering = undefined;
  if (changes.some(({ layer }) => layer === 'area')) setTimeout(() => areaTick.value++, spread(500) - 500);
  listeners.forEach((listener) => listener(changes));
}

function changeAll(): void {
  areaTick.value++;
  ticketTick.value++;
  listeners.forEach((listener) => listener(null));
}

/** Does this figure belong to what is shown? */
export const isShown = ({ area, network: id }: { area: string; network: string }): boolean =>
  area === scope.peek() && id === (network.peek() || config.peek().network);
