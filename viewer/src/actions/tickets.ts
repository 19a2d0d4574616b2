import { computed, effect } from '@preact/signals';
import { api, ask, type Ticket } from '../api/client';
import {
  closedShown,
  counters,
  type CounterName,
  filter,
  goal,
  listTick,
  noFilter,
  now,
  ofDate,
  ofNetwork,
  picked,
  pickedTick,
  pile,
  scope,
  session,
  snap,
  tab,
  ticket,
  tickets,
  ticketTick,
} from '../state';
import { placeOf } from '../tickets';
import { loader } from './load';

/** The most tickets that the list asks for at once; it says so where there are more. */
export const most = 1000;

/** The tickets of the list, as the server last sent them. */
export const shown = computed<Ticket[]>(() => tickets.value.value ?? []);

export const filtered = computed(() => {
  const { counter, list, category, from, to } = filter.value;
  return counter !== 'total' || Boolean(list || category || from || to);
});

/** Is the list filtered by what no tile can be filtered by? A work list is one person's, and an area's own remainder is not a fact of a place. */
export const byList = computed(() => Boolean(filter.value.list) || filter.value.counter === 'unplaced');

/** Closed tickets are drawn where somebody wants them, and where the filter means them. */
export const showsClosed = computed(() => closedShown.value || ['done', 'today'].includes(filter.value.counter));

/** The part of a tile's address that leaves out the tickets that are not asked for; empty: it holds all. */
export const tileFilter = computed(() => {
  const { counter, category, from, to } = filter.value;
  if (byList.value) return '';
  if (counter === 'total' && !category && !from && !to) return '';
  const state = counter === 'total' ? (showsClosed.value ? '' : 'open') : counter;
  const asked = { category, state, from, to };
  return new URLSearchParams(Object.entries(asked).filter(([, value]) => value)).toString();
});

/** The list's filter as the server takes it; exports ask for the same. */
export function askedFor(area: string) {
  const { counter, list, category, from, to } = filter.value;
  return {
    area,
    ...ofNetwork(),
    ...(counter !== 'total' && { state: counter }),
    ...(list && { list }),
    ...(category && { category }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

/** The newest tickets of the list, at most `limit`. */
export const listNewest = (limit: number): Promise<Ticket[]> => listTickets(scope.peek() ?? '', limit);

async function listTickets(area: string, limit = most): Promise<Ticket[]> {
  const query = { ...askedFor(area), limit };
  return (await ask(api.GET('/api/v1/tickets', { params: { query } }))).tickets;
}

export function getTicket(number: string): Promise<Ticket> {
  return ask(api.GET('/api/v1/tickets/{number}', { params: { path: { number } } }));
}

let early: { number: string; found: Promise<Ticket> } | null = null;

/** Asks for a ticket before its page opens, which takes the answer over. */
function askEarly(number: string): Promise<Ticket> {
  early = { number, found: getTicket(number) };
  return early.found;
}

function takeEarly(number: string): Promise<Ticket> {
  const found = early?.number === number ? early.found : getTicket(number);
  early = null;
  return found;
}

/** Shows a ticket; `move` also brings the map there. Resolves to false, and shows nothing, where there is no such number. */
export async function chooseTicket(number: string, move: boolean): Promise<boolean> {
  const listed = tickets.peek().value?.find((one) => one.number === number);
  const found = listed ?? (await askEarly(number).catch(() => null));
  if (!found) return false;
  picked.value = { what: 'ticket', number };
  if (snap.peek() === 'peek') snap.value = 'half';
  if (move) goal.value = placeOf(found);
  return true;
}

/** Shows the ticket that an address names, at once; its page says so where there is none. */
export async function showTicket(number: string, move: boolean): Promise<void> {
  const asked = move ? askEarly(number) : null;
  picked.value = { what: 'ticket', number };
  const found = await asked?.catch(() => null);
  const still = picked.peek();
  if (found && still?.what === 'ticket' && still.number === number) goal.value = placeOf(found);
}

/** Shows the tickets that lie on one another at one place; a single one as itself. */
export function choosePile(numbers: string[]): void {
  const [first, ...more] = numbers;
  if (first && more.length === 0) void chooseTicket(first, false);
  else picked.value = { what: 'pile', numbers };
}

export async function takeStep(number: string, step: string, note: string): Promise<void> {
  const body = { step, ...(note && { note }) };
  await ask(api.POST('/api/v1/tickets/{number}/steps', { params: { path: { number } }, body }));
  ticketTick.value++;
}

/** Pressing a counter narrows the list to it; pressing it again shows all. */
export function pressCounter(counter: CounterName): void {
  const same = filter.peek().counter === counter;
  filter.value = { ...filter.peek(), list: '', counter: same ? 'total' : counter };
  showList();
  if (snap.peek() === 'peek') snap.value = 'half';
}

/** The list is on the area's page and on the dispatcher's; from any other the area's page opens. */
export function showList(): void {
  const on = picked.peek();
  if (on?.what !== 'desk' || on.desk !== 'table') picked.value = null;
  tab.value = 'tickets';
}

export function clearFilter(): void {
  filter.value = noFilter;
}

/** Which tickets these are changes by itself, as time goes on. */
export const dependOnTime = new Set<CounterName>(['due_soon', 'overdue', 'today']);

/** Keeps figures, list and the open ticket in step with scope, filter, session and the server. */
export function followTickets(): () => void {
  const load = { counters: loader(counters), list: loader(tickets), one: loader(ticket), pile: loader(pile) };
  const stops = [
    effect(() => {
      const area = scope.value;
      if (area === null || ticketTick.value < 0) return;
      const query = { area, ...ofNetwork(), ...ofDate() };
      void load.counters(() => ask(api.GET('/api/v1/counters', { params: { query } })), query);
    }),
    effect(() => {
      const area = scope.value;
      void [filter.value, session.value];
      if (filter.value.list || dependOnTime.has(filter.value.counter)) void now.value;
      if (area !== null && ticketTick.value >= 0 && listTick.value >= 0) void load.list(() => listTickets(area), askedFor(area));
    }),
    effect(() => {
      const chosen = picked.value;
      void session.value;
      if (chosen?.what !== 'ticket' || ticketTick.value < 0 || pickedTick.value < 0) return;
      if (ticket.peek().value?.number !== chosen.number) ticket.value = { ...ticket.peek(), value: null };
      void load.one(() => takeEarly(chosen.number));
    }),
    effect(() => {
      const chosen = picked.value;
      void session.value;
      if (chosen?.what !== 'pile' || ticketTick.value < 0) return;
      void load.pile(() => Promise.all(chosen.numbers.map(getTicket)), chosen.numbers);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
