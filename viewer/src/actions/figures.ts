import { batch, effect } from '@preact/signals';
import { api, ask } from '../api/client';
import { type CounterName, figures, figuresAsk, filter, noFilter, picked, type FiguresAsk, ofNetwork, type Period, ranking, scope, session, tab, ticketTick, workTick } from '../state';
import { chooseArea, moveTo } from './areas';
import { loader } from './load';

/** Who has them is for those who are signed in. */
export const isPrivate = (one: string): boolean => one === 'post' || one === 'department';

const days: Record<Exclude<Period, 'ever'>, number> = { week: 7, month: 30, year: 365 };

/** Since when tickets of this period were received; the whole of that day counts. */
function since(period: Period): { from?: string } {
  if (period === 'ever') return {};
  return { from: new Date(Date.now() - days[period] * 86_400_000).toISOString().slice(0, 10) };
}

export function askFigures(change: Partial<FiguresAsk>): void {
  figuresAsk.value = { ...figuresAsk.peek(), ...change };
}

/** Shows an area of a table, its figures still in front. */
export function chooseRow(code: string): void {
  chooseArea(code, true);
  tab.value = 'figures';
}

export type Narrowing = { area?: string; category?: string; month?: string; counter: CounterName };

/** Shows the tickets that a figure counts: its area or category, its month or the period that was asked for. */
export function narrowTo({ area, category = '', month, counter }: Narrowing): void {
  const { from = '' } = month ? { from: month } : since(figuresAsk.peek().period);
  batch(() => {
    picked.value = null;
    if (area) {
      scope.value = area;
      void moveTo(area);
    }
    filter.value = { ...noFilter, counter, category, from, to: month ? endOfMonth(month) : '' };
    tab.value = 'tickets';
  });
}

/** The last day of the month of this day. */
function endOfMonth(day: string): string {
  const end = new Date(`${day.slice(0, 7)}-01T00:00:00Z`);
  end.setUTCMonth(end.getUTCMonth() + 1, 0);
  return end.toISOString().slice(0, 10);
}

/** Keeps the figures that are looked at in step with scope, question, session and the server. */
export function followFigures(): () => void {
  const load = { by: loader(figures), of: loader(ranking) };
  const follow = effect(() => {
    const area = scope.value;
    const { what, by, of, order, period } = figuresAsk.value;
    if (area === null || tab.value !== 'figures' || ticketTick.value < 0 || workTick.value < 0) return;
    if (!session.value && isPrivate(what === 'by' ? by : of)) return;
    const given = { area, ...ofNetwork(), ...since(period) };
    if (what === 'by') void load.by(() => ask(api.GET('/api/v1/figures', { params: { query: { ...given, by } } })));
    else void load.of(() => ask(api.GET('/api/v1/ranking', { params: { query: { ...given, of, order } } })));
  });
  const leave = effect(() => {
    if (session.value) return;
    const { by, of } = figuresAsk.peek();
    askFigures({ by: isPrivate(by) ? 'area' : by, of: isPrivate(of) ? 'grid' : of });
  });
  return () => [follow, leave].forEach((stop) => stop());
}
