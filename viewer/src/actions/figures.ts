import { batch, computed, effect } from '@preact/signals';
import { api, ask, type FiguresBy, Problem } from '../api/client';
import { nextDay, type Span, spansOf } from '../spans';
import { dayOf } from '../time';
import { type CounterName, compared, figures, figuresAsk, filter, network, noFilter, now, picked, type FiguresAsk, ofNetwork, type Period, ranking, scope, session, tab, ticketTick, workTick } from '../state';
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

/** Today, in the district's zone. */
export const today = computed(() => dayOf(new Date(now.value * 1000).toISOString()));

/** Two spans are compared by these. */
export const comparedBys = ['area', 'category', 'source'] as const;
type ComparedBy = (typeof comparedBys)[number];
export const comparedBy = (by: string): ComparedBy => comparedBys.find((one) => one === by) ?? 'area';

/** Figures of a span as they stood when it ended, so that the earlier span has had no more time to be closed in. */
async function figuresOf(span: Span, by: ComparedBy, area: string): Promise<FiguresBy | null> {
  const end = span.to < today.peek() ? { at: nextDay(span.to) } : {};
  const found = ask(api.GET('/api/v1/figures', { params: { query: { area, ...ofNetwork(), by, ...span, ...end } } }));
  return found.catch((thrown) => {
    if (end.at && thrown instanceof Problem && thrown.status === 404) return null; // the area was not there then
    throw thrown;
  });
}

export function askFigures(change: Partial<FiguresAsk>): void {
  figuresAsk.value = { ...figuresAsk.peek(), ...change };
}

/** Shows an area of a table, its figures still in front. */
export function chooseRow(code: string): void {
  chooseArea(code, true);
  tab.value = 'figures';
}

export type Narrowing = { area?: string; category?: string; month?: string; span?: Span; counter: CounterName };

/** Shows the tickets that a figure counts: its area or category, its month or the period that was asked for. */
export function narrowTo({ area, category = '', month, span, counter }: Narrowing): void {
  const { from = '', to = '' }: Partial<Span> = span ?? (month ? { from: month, to: endOfMonth(month) } : since(figuresAsk.peek().period));
  batch(() => {
    picked.value = null;
    if (area) {
      scope.value = area;
      void moveTo(area);
    }
    filter.value = { ...noFilter, counter, category, from, to };
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
  const load = { by: loader(figures), of: loader(ranking), two: loader(compared) };
  const follow = effect(() => {
    const area = scope.value;
    const { what, by, of, order, period, pair } = figuresAsk.value;
    if (area === null || tab.value !== 'figures' || ticketTick.value < 0 || workTick.value < 0) return;
    if (what === 'two') {
      const spans = spansOf(pair, today.value);
      void load.two(async () => {
        const [late = null, before = null] = await Promise.all([spans.now, spans.before].map((span) => figuresOf(span, comparedBy(by), area)));
        return { by: comparedBy(by), spans, now: late, before };
      }, [area, network.value, by, spans]);
      return;
    }
    if (!session.value && isPrivate(what === 'by' ? by : of)) return;
    const given = { area, ...ofNetwork(), ...since(period) };
    if (what === 'by') void load.by(() => ask(api.GET('/api/v1/figures', { params: { query: { ...given, by } } })), { ...given, by });
    else void load.of(() => ask(api.GET('/api/v1/ranking', { params: { query: { ...given, of, order } } })), { ...given, of, order });
  });
  const leave = effect(() => {
    if (session.value) return;
    const { by, of } = figuresAsk.peek();
    askFigures({ by: isPrivate(by) ? 'area' : by, of: isPrivate(of) ? 'grid' : of });
  });
  return () => [follow, leave].forEach((stop) => stop());
}
