import { areaTick, live, ticketTick } from './state';

const gatherMs = 400;
const pollMs = 20_000;

type Change = { layer?: string };
/** Called at each change, so that the map fetches the tiles of that layer again. */
type Listener = (layer: string) => void;

const listeners = new Set<Listener>();
let waiting = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Listens to the server's events; where they do not come through, asks every 20 s instead. */
export function followServer(): () => void {
  const source = new EventSource('/api/v1/events');
  const poll = setInterval(() => live.peek() !== 'live' && gather('ticket'), pollMs);
  const hear = (event: MessageEvent<string>) => gather(layerOf(event.data));
  source.onopen = () => {
    if (live.peek() !== 'connecting') ['area', 'ticket'].forEach(gather);
    live.value = 'live';
  };
  source.onmessage = hear;
  source.addEventListener('change', hear);
  source.onerror = () => (live.value = source.readyState === EventSource.CLOSED ? 'polling' : 'offline');
  return () => {
    clearInterval(poll);
    source.close();
  };
}

/** The layer that an event is about; an event that we cannot read counts for tickets. */
function layerOf(data: string): string {
  try {
    return (JSON.parse(data) as Change).layer ?? 'ticket';
  } catch {
    return 'ticket';
  }
}

/** Many changes in a moment are one refresh. */
function gather(layer: string): void {
  waiting.add(layer);
  timer ??= setTimeout(tell, gatherMs);
}

function tell(): void {
  const layers = waiting;
  waiting = new Set();
  timer = undefined;
  if (layers.has('area')) areaTick.value++;
  if (layers.has('area') || layers.has('ticket')) ticketTick.value++;
  for (const layer of layers) listeners.forEach((listener) => listener(layer));
}
