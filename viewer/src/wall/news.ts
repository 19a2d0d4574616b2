import { signal } from '@preact/signals';
import { api, ask, type FiguresBy, type Ranking, type Ticket } from '../api/client';
import { onChange, spread } from '../live';
import { type Loadable, idle, ofNetwork } from '../state';
import { loader } from '../actions/load';

export const trend = signal<Loadable<FiguresBy>>(idle());
export const kinds = signal<Loadable<FiguresBy>>(idle());
export const towns = signal<Loadable<Ranking>>(idle());
export const feed = signal<Loadable<Ticket[]>>(idle());

export const trendDays = 14;
const restMs = 60_000;
const quietMs = 3_000;

const dayBefore = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** Asks for everything on the wall that no event brings; what is shown stays where an answer fails. */
function ask_all(load: Record<'trend' | 'kinds' | 'towns' | 'feed', ReturnType<typeof loader>>): void {
  const network = ofNetwork();
  void load.trend(() => ask(api.GET('/api/v1/figures', { params: { query: { by: 'day', from: dayBefore(trendDays - 1), ...network } } })));
  void load.kinds(() => ask(api.GET('/api/v1/figures', { params: { query: { by: 'category', from: dayBefore(30), ...network } } })));
  void load.towns(() => ask(api.GET('/api/v1/ranking', { params: { query: { of: 'town', order: 'closing_rate', ...network } } })));
  void load.feed(async () => (await ask(api.GET('/api/v1/tickets', { params: { query: { limit: 12, ...network } } }))).tickets);
}

/** Keeps the wall in step with the server by itself; returns what ends that. */
export function followNews(): () => void {
  const load = { trend: loader(trend), kinds: loader(kinds), towns: loader(towns), feed: loader(feed) } as never;
  ask_all(load);
  let soon: ReturnType<typeof setTimeout> | undefined;
  const stop = onChange(() => {
    soon ??= setTimeout(() => {
      soon = undefined;
      ask_all(load);
    }, spread(quietMs));
  });
  const timer = setInterval(() => ask_all(load), restMs);
  return () => {
    stop();
    clearTimeout(soon);
    clearInterval(timer);
  };
}
