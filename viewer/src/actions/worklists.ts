import { effect } from '@preact/signals';
import { api, ask } from '../api/client';
import { at } from '../home';
import { filter, lang, now, ofNetwork, scope, session, ticketTick, workLists, type WorkListName, workTick } from '../state';
import { loader } from './load';
import { askedFor, showList } from './tickets';

/** Pressing a work list narrows the list to it; pressing it again shows all. */
export function pressList(list: WorkListName): void {
  const same = filter.peek().list === list;
  filter.value = { ...filter.peek(), counter: 'total', list: same ? '' : list };
  showList();
}

export type Ending = 'csv' | 'xlsx' | 'geojson';

/** Where the tickets of the list, all of them, are to be had as a file. */
export function exportAddress(ending: Ending): string {
  const query = { ...askedFor(scope.value ?? ''), lang: lang.value === 'en' ? 'en' : 'zh' };
  return at(`/api/v1/tickets.${ending}?${new URLSearchParams(query)}`);
}

/** Keeps the badges in step with scope, session, time and the server; a signed-out user's list is left. */
export function followLists(): () => void {
  const load = loader(workLists);
  const count = effect(() => {
    const area = scope.value;
    if (area === null || !session.value || ticketTick.value < 0 || workTick.value < 0 || now.value < 0) return;
    void load(() => ask(api.GET('/api/v1/worklists', { params: { query: { area, ...ofNetwork() } } })), [area, ofNetwork(), session.value.name]);
  });
  const leave = effect(() => {
    if (!session.value && filter.peek().list) filter.value = { ...filter.peek(), list: '' };
  });
  return () => [count, leave].forEach((stop) => stop());
}
