import { computed, type Signal } from '@preact/signals';
import type { Ticket } from '../api/client';
import { type Change, isShown, onChange, onCounters, spread } from '../live';
import {
  areaIndex,
  categories,
  config,
  at,
  counters,
  type CounterName,
  filter,
  listTick,
  network,
  now,
  picked,
  pickedTick,
  pile,
  scope,
  session,
  ticket,
  tickets,
  workTick,
} from '../state';
import { dueState } from '../tickets';
import { dayOf, epoch } from '../time';
import { listNewest, most } from './tickets';

const slowMs = 8_000;
const wordsMs = 2_000;

const parents = computed(() => new Map(areaIndex.value?.map(({ code, parent }) => [code, parent])));

/** Takes over what the server says of tickets: their rows, the open one, the counters; asks for no list again. */
export function followChanges(): void {
  onCounters((counted) => {
    if (isShown(counted) && !at.peek()) counters.value = { value: counted, loading: false, problem: null };
  });
  onChange((changes) => {
    const ofTickets = changes?.filter(({ layer }) => layer === 'ticket') ?? [];
    if (ofTickets.length > 0) takeOver(ofTickets);
  });
}

function takeOver(changes: Change[]): void {
  const changed = new Map(changes.flatMap((one) => one.tickets ?? []).map((one) => [one.number, one]));
  slowly(workTick);
  if (changes.some((one) => one.tickets === null) || !mergeRows(changed)) slowly(listTick);
  const fresh = (one: Ticket): Ticket => ({ ...one, ...changed.get(one.number) });
  if (pile.peek().value?.some(({ number }) => changed.has(number))) {
    pile.value = { ...pile.peek(), value: pile.peek().value?.map(fresh) ?? null };
  }
  const open = picked.peek();
  if ((open?.what === 'ticket' || open?.what === 'follow') && changed.has(open.number)) {
    const shown = ticket.peek().value;
    if (shown && changed.has(shown.number)) ticket.value = { ...ticket.peek(), value: fresh(shown) };
    pickedTick.value++;
  }
}

/** Puts these tickets into the list, or out of it; false where only the server can say which belong there. */
function mergeRows(changed: Map<string, Ticket>): boolean {
  const rows = tickets.peek().value;
  if (!rows || changed.size === 0) return true;
  const known = new Set(rows.map(({ number }) => number));
  const merged = rows.map((one) => ({ ...one, ...changed.get(one.number) }));
  const added = [...changed.values()].filter(({ number }) => !known.has(number));
  const fits = new Map([...changed.values()].map((one) => [one.number, belongs(one)]));
  const stays = ({ number }: Ticket) => fits.get(number) !== false;
  const joins = ({ number }: Ticket) => fits.get(number) === true;
  const late = (one: Ticket) => epoch(one.received_at);
  const joined = added.filter(joins);
  const value = [...joined, ...merged.filter(stays)].sort((a, b) => late(b) - late(a) || b.number.localeCompare(a.number));
  tickets.value = { ...tickets.peek(), value: value.slice(0, most) };
  if (session.peek() && joined.length > 0) fillWords(joined.length);
  return ![...fits.values()].includes(null);
}

/** Is this ticket one of the list's, by area, network and filter? null: only the server knows. */
function belongs(one: Ticket): boolean | null {
  const { list, counter, category, from, to } = filter.peek();
  if (one.network !== (network.peek() || config.peek().network)) return false;
  if (list || counter === 'unplaced') return null;
  if (category && !isBelow(one.category, category, (id) => categories.peek().find((kind) => kind.id === id)?.parent)) return false;
  const day = dayOf(one.received_at);
  if ((from && day < from) || (to && day > to) || !isCounted(one, counter)) return false;
  const area = scope.peek() ?? '';
  if (area === '' || one.area?.code === area) return true;
  return parents.peek().size > 0 ? isBelow(one.area?.code, area, (code) => parents.peek().get(code)) : null;
}

function isCounted(one: Ticket, counter: CounterName): boolean {
  const state = dueState(one, now.peek());
  if (counter === 'open') return state !== 'done';
  if (counter === 'today') return dayOf(one.received_at) === dayOf(new Date().toISOString());
  return counter === 'total' || counter === state;
}

/** Is this `top`, or does it lie below it? */
function isBelow(one: string | null | undefined, top: string, above: (id: string) => string | null | undefined): boolean {
  return Boolean(one) && (one === top || isBelow(above(one as string), top, above));
}

const due = new Map<Signal<number>, ReturnType<typeof setTimeout>>();

/** Asks again in a while, once for all that changes until then. */
function slowly(tick: Signal<number>): void {
  if (due.has(tick)) return;
  const ask = () => {
    due.delete(tick);
    tick.value++;
  };
  due.set(tick, setTimeout(ask, spread(slowMs)));
}

let wordless = 0;
let filling: ReturnType<typeof setTimeout> | undefined;

/** Events carry public facts alone: who may read more asks for the words of so many new rows, the newest. */
function fillWords(count: number): void {
  wordless += count;
  filling ??= setTimeout(async () => {
    const limit = Math.min(wordless, 100);
    wordless = 0;
    filling = undefined;
    const found = await listNewest(limit).catch(() => []);
    const full = new Map(found.map((one) => [one.number, one]));
    const rows = tickets.peek().value?.map((one) => ({ ...one, ...full.get(one.number) })) ?? null;
    tickets.value = { ...tickets.peek(), value: rows };
  }, spread(wordsMs));
}
