/** The page's address as a value: what is shown, and nothing else. Pure, so that it can be tested without a browser. Long because each part is read and written. */

import { readPair } from './spans';

export type View = { zoom: number; lat: number; lon: number };

/** What lies on top of the area's page; `follow` without a number: which report? `report` with the code that was scanned. */
export type Page =
  | { what: 'area' }
  | { what: 'ticket'; number: string }
  | { what: 'pile'; numbers: string[] }
  | { what: 'thing'; layer: string; code: string }
  | { what: 'follow'; number: string }
  | { what: 'report'; code: string }
  | { what: 'desk'; desk: Desk; item: string };

/** The pages of those who are signed in; `item`: what is open on it. */
export const desks = ['work', 'table', 'drafts', 'posts', 'rules', 'categories', 'targets', 'people', 'audit'] as const;
export type Desk = (typeof desks)[number];
export const tabs = ['tickets', 'facts', 'figures'] as const;
export const counterNames = ['total', 'done', 'open', 'today', 'due_soon', 'overdue', 'unplaced'] as const;
export const listNames = ['mine', 'waiting', 'overdue', 'due_soon', 'no_grid', 'near_edge', 'reporter', 'area'] as const;
export const whats = ['by', 'of', 'two'] as const;
export const bys = ['area', 'category', 'source', 'month', 'post', 'department'] as const;
export const ofs = ['grid', 'community', 'town', 'post'] as const;
export const orders = ['closing_rate', 'on_time_rate', 'received', 'closed', 'overdue', 'hours_to_close'] as const;
export const periods = ['ever', 'year', 'month', 'week'] as const;
export const langs = ['zh-CN', 'en'] as const;

export type Tab = (typeof tabs)[number];
export type Lang = (typeof langs)[number];
export type Period = (typeof periods)[number];
export type ListFilter = {
  counter: (typeof counterNames)[number];
  list: (typeof listNames)[number] | '';
  category: string;
  from: string;
  to: string;
};
/** The question for statistics: by a key, a ranking in an order, or two spans by a key (spans.ts). */
export type FiguresAsk = {
  what: (typeof whats)[number];
  by: (typeof bys)[number];
  of: (typeof ofs)[number];
  order: (typeof orders)[number];
  period: Period;
  pair: string;
};
export type Route = {
  page: Page;
  view: View | null;
  /** Empty: the topmost area. */
  area: string;
  tab: Tab;
  filter: ListFilter;
  figures: FiguresAsk;
  /** Empty: the server's own. */
  network: string;
  /** Layers that are switched off. */
  off: string[];
  /** Are closed tickets on the map? */
  closed: boolean;
  /** The date of the map: a day, or an instant; empty: now. */
  at: string;
  /** Until which day is shown what changed from that date on? `1`: until now; empty: nothing is. */
  changes: string;
  lang: Lang;
};

export const noFilter: ListFilter = { counter: 'total', list: '', category: '', from: '', to: '' };
export const firstAsk: FiguresAsk = { what: 'by', by: 'area', of: 'grid', order: 'closing_rate', period: 'ever', pair: 'month' };

/** The tab that an area opens with: the whole district by its tickets, another one by what it is. */
export const firstTab = (area: string): Tab => (area ? 'facts' : 'tickets');

/** `m=zoom/lat/lon&sel=code&ticket=number...`, without the `#`; what is as it always is, is left out. */
export function format(route: Route): string {
  const { page, view, area, tab, filter, figures, network, off, closed, at, changes, lang } = route;
  const unless = <T extends string>(value: T, usual: string) => (value === usual ? '' : enc(value));
  const rest = {
    tab: unless(tab, firstTab(area)),
    state: unless(filter.counter, 'total'),
    list: filter.list,
    kind: enc(filter.category),
    from: filter.from,
    to: filter.to,
    ask: unless(figures.what, firstAsk.what),
    by: unless(figures.by, firstAsk.by),
    of: unless(figures.of, firstAsk.of),
    order: unless(figures.order, firstAsk.order),
    period: unless(figures.period, firstAsk.period),
    pair: unless(figures.pair, firstAsk.pair),
    net: enc(network),
    off: off.map(enc).join(','),
    closed: closed ? '1' : '',
    at: enc(at),
    changes: at && enc(changes),
    lang: unless(lang, 'zh-CN'),
  };
  const place = view ? [`m=${view.zoom.toFixed(2)}/${view.lat.toFixed(5)}/${view.lon.toFixed(5)}`] : [];
  const chosen = area ? [`sel=${enc(area)}`] : [];
  const others = Object.entries(rest).flatMap(([key, value]) => (value ? [`${key}=${value}`] : []));
  return [...place, ...chosen, ...formatPage(page), ...others].join('&');
}

/** Does an address name nothing to look at, but at most the language, layers and closed tickets, so that the page may open where its user begins? */
export const isBare = (route: Route): boolean => format({ ...route, off: [], closed: false, lang: 'zh-CN' }) === '';

function formatPage(page: Page): string[] {
  if (page.what === 'area') return [];
  if (page.what === 'pile') return [`pile=${page.numbers.map(enc).join(',')}`];
  if (page.what === 'desk') return [`desk=${[page.desk, page.item].filter(Boolean).map(enc).join('/')}`];
  if (page.what === 'thing') return [`thing=${enc(page.layer)}/${enc(page.code)}`];
  return [`${page.what}=${enc(page.what === 'report' ? page.code : page.number)}`];
}

/** What an address says; a part that cannot be read is left out. */
export function parse(hash: string): Route {
  const given = new Map(hash.replace(/^#/, '').split('&').map(halves).reverse());
  const text = (key: string) => dec(given.get(key) ?? '');
  const list = (key: string) => (given.get(key) ?? '').split(',').filter(Boolean).map(dec);
  const area = text('sel');
  return {
    page: parsePage(given),
    view: parseView(given.get('m') ?? ''),
    area,
    tab: oneOf(tabs, given.get('tab'), firstTab(area)),
    filter: {
      counter: oneOf(counterNames, given.get('state'), 'total'),
      list: oneOf([...listNames, ''] as const, given.get('list'), ''),
      category: text('kind'),
      from: day(text('from')),
      to: day(text('to')),
    },
    figures: {
      what: oneOf(whats, given.get('ask'), 'by'),
      by: oneOf(bys, given.get('by'), firstAsk.by),
      of: oneOf(ofs, given.get('of'), firstAsk.of),
      order: oneOf(orders, given.get('order'), firstAsk.order),
      period: oneOf(periods, given.get('period'), firstAsk.period),
      pair: readPair(text('pair')),
    },
    network: text('net'),
    off: [...new Set(list('off'))],
    closed: given.get('closed') === '1',
    at: instant(text('at')),
    changes: until(text('changes'), instant(text('at'))),
    lang: oneOf(langs, given.get('lang'), 'zh-CN'),
  };
}

/** A day that is not before this date, or now. */
const until = (text: string, from: string): string => (from && (text === '1' || day(text) >= from.slice(0, 10)) ? text : '');

function parsePage(given: Map<string, string>): Page {
  const number = dec(given.get('ticket') ?? '');
  if (number) return { what: 'ticket', number };
  const numbers = (given.get('pile') ?? '').split(',').filter(Boolean).map(dec);
  if (numbers.length > 0) return { what: 'pile', numbers };
  const [layer = '', code = ''] = (given.get('thing') ?? '').split('/').map(dec);
  if (layer && code) return { what: 'thing', layer, code };
  const [desk = '', item = ''] = (given.get('desk') ?? '').split('/').map(dec);
  const known = desks.find((one) => one === desk);
  if (known) return { what: 'desk', desk: known, item };
  if (given.has('follow')) return { what: 'follow', number: dec(given.get('follow') ?? '') };
  if (given.has('report')) return { what: 'report', code: dec(given.get('report') ?? '') };
  return { what: 'area' };
}

function parseView(text: string): View | null {
  const parts = text.split('/').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [zoom = Number.NaN, lat = Number.NaN, lon = Number.NaN] = parts;
  const good = zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return good ? { zoom, lat, lon } : null;
}

/** What an entry of the history is: the same while the map moves, a list is narrowed, a layer or the language changes. */
export function landmark(route: Route): string {
  const { counter, list } = route.filter;
  const steady = { view: null, figures: firstAsk, closed: false, at: '', changes: '', lang: 'zh-CN' } as const;
  return format({ ...route, ...steady, off: [], filter: { ...noFilter, counter, list } });
}

/** Does this page lie right under that one, so that closing that one is a step back? */
export function isUnder(under: Route, over: Route): boolean {
  if (under.page.what === 'pile' && over.page.what === 'ticket') return under.page.numbers.includes(over.page.number);
  if (under.page.what === 'desk' && over.page.what === 'ticket') return true;
  return landmark(under) === landmark({ ...over, page: below(over.page) });
}

/** The page that is shown when this one is closed. */
export function below(page: Page): Page {
  if (page.what === 'follow' && page.number) return { what: 'follow', number: '' };
  if (page.what === 'desk' && page.item) return { ...page, item: '' };
  return { what: 'area' };
}

function oneOf<T extends string>(all: readonly T[], given: string | undefined, otherwise: T): T {
  return all.find((one) => one === given) ?? otherwise;
}

/** A day, or an instant with its offset. */
const instant = (text: string): string => (/^\d{4}-\d{2}-\d{2}(T[\d:.]{8,16}([+-]\d{2}:\d{2}|Z))?$/.test(text) ? text : '');

const day = (text: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : '');

function halves(part: string): [string, string] {
  const at = part.indexOf('=');
  return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
}

/** Like encodeURIComponent, which throws at half a surrogate pair. */
const enc = (text: string): string => encodeURIComponent(text.toWellFormed());

function dec(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
