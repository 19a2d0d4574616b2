import './homes.css';
import { signal, useComputed, useSignal } from '@preact/signals';
import { chooseTicket, shown } from '../actions/tickets';
import type { Ticket } from '../api/client';
import { t } from '../i18n';
import { ListFilter } from '../panels/ListFilter';
import { WorkLists } from '../panels/WorkLists';
import { categories, lang, now, tickets, ticketTick } from '../state';
import { categoryName, dueState, stepName } from '../tickets';
import { epoch, showAgo } from '../time';
import { DueBadge, DueWords } from '../ui/DueBadge';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { Actions } from './Actions';
import { h } from './words';

const columns = ['category', 'words', 'grid', 'step', 'received', 'due'] as const;
type Column = (typeof columns)[number];
const most = 300;

/** The tickets that are selected, also where they left the list since, and the order of the table: both stay while a ticket is looked at. */
const selected = signal<ReadonlyMap<string, Ticket>>(new Map());
const order = signal<{ by: Column; down: boolean }>({ by: 'due', down: false });

const sorts: Record<Column, (one: Ticket) => string | number> = {
  category: (one) => categoryName(one.category, categories.value, lang.value),
  words: (one) => one.description ?? '',
  grid: (one) => one.grid?.code ?? '',
  step: (one) => one.step,
  received: (one) => epoch(one.received_at),
  due: (one) => (one.closed_at ? Infinity : epoch(one.due_at)),
};

function sorted(rows: Ticket[]): Ticket[] {
  const { by, down } = order.value;
  const key = sorts[by];
  const way = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [one, other] = [key(a), key(b)];
    const less = typeof one === 'string' && typeof other === 'string' ? one.localeCompare(other, lang.value) : Number(one) - Number(other) || 0;
    return way * less || a.number.localeCompare(b.number);
  });
}

/** Everything that a dispatcher has to place and to give to somebody, as a table of which several are done at once. */
export default function TableHome() {
  const { value, problem, loading } = tickets.value;
  const rows = useComputed(() => sorted(shown.value));
  const seen = rows.value.slice(0, most);
  const listed = new Map(rows.value.map((one) => [one.number, one]));
  const chosen = [...selected.value.values()].map((one) => listed.get(one.number) ?? one);
  return (
    <>
      <div class="page-head">
        <h2 tabIndex={-1}>{t('desk.table')}</h2>
        <p class="page-sub hint">{h('table.hint')}</p>
      </div>
      <div class="page-body desk-table">
        <WorkLists />
        <ListFilter />
        {problem && <Failed problem={problem} retry={() => ticketTick.value++} />}
        {!value && loading && <Skeleton rows={8} />}
        {value && seen.length === 0 && <Empty icon="inbox" title={t('list.empty')} />}
        {seen.length > 0 && <Table rows={seen} />}
        {rows.value.length > most && <p class="hint">{h('table.more', { n: rows.value.length, m: most })}</p>}
      </div>
      <Actions
        chosen={chosen}
        clear={() => (selected.value = new Map())}
        keep={(kept) => (selected.value = new Map(kept.map((one) => [one.number, one])))}
        renew={(one) => (selected.value = new Map([...selected.value, [one.number, one]]))}
      />
    </>
  );
}

function Table({ rows }: { rows: Ticket[] }) {
  const last = useSignal(-1);
  const all = rows.every(({ number }) => selected.value.has(number));
  const toggle = (place: number, range: boolean) => {
    const from = range && last.value >= 0 ? last.value : place;
    const wanted = new Map(selected.value);
    const on = !wanted.has(rows[place]?.number ?? '');
    for (const one of rows.slice(Math.min(from, place), Math.max(from, place) + 1)) {
      if (on) wanted.set(one.number, one);
      else wanted.delete(one.number);
    }
    selected.value = wanted;
    last.value = place;
  };
  return (
    <table class="tickets grid-table">
      <caption class="only-read">{t('desk.table')}</caption>
      <thead>
        <tr>
          <td>
            <input type="checkbox" data-all aria-label={h('table.all')} checked={all} onChange={() => (selected.value = all ? new Map() : new Map(rows.map((one) => [one.number, one])))} />
          </td>
          {columns.map((column) => (
            <Head key={column} column={column} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((one, place) => (
          <Row key={one.number} ticket={one} place={place} toggle={toggle} />
        ))}
      </tbody>
    </table>
  );
}

function Head({ column }: { column: Column }) {
  const { by, down } = order.value;
  const name = h(`table.${column}`);
  return (
    <th scope="col" aria-sort={by === column ? (down ? 'descending' : 'ascending') : 'none'}>
      <button type="button" data-sort={column} title={h('table.sort', { column: name })} onClick={() => (order.value = { by: column, down: by === column && !down })}>
        {name}
      </button>
    </th>
  );
}

type RowGiven = { ticket: Ticket; place: number; toggle: (place: number, range: boolean) => void };

function Row({ ticket, place, toggle }: RowGiven) {
  const isOn = selected.value.has(ticket.number);
  return (
    <tr data-row={ticket.number} data-on={isOn} data-state={dueState(ticket, now.value)}>
      <td>
        <input type="checkbox" aria-label={h('table.one', { number: ticket.number })} checked={isOn} onKeyDown={(event) => move(event, toggle)} onClick={(event) => toggle(place, event.shiftKey)} />
      </td>
      <th scope="row">
        <button type="button" class="row-open" data-number={ticket.number} onKeyDown={(event) => move(event, toggle)} onClick={() => void chooseTicket(ticket.number, true)}>
          {categoryName(ticket.category, categories.value, lang.value)}
        </button>
        <code>{ticket.number}</code>
        {ticket.description && <span class="narrow-fact">{ticket.description}</span>}
        <span class="narrow-fact hint">{[stepName(ticket.workflow, ticket.step), showAgo(ticket.received_at)].join(' · ')}</span>
      </th>
      <td class="row-words">{ticket.description}</td>
      <td>{ticket.grid?.name ?? <span class="badge overdue">{t('list.noGrid')}</span>}</td>
      <td>{stepName(ticket.workflow, ticket.step)}</td>
      <td class="hint">{showAgo(ticket.received_at)}</td>
      <td>
        <DueBadge ticket={ticket} />
        <span class="hint">
          <DueWords ticket={ticket} />
        </span>
      </td>
    </tr>
  );
}

/** Up and down go from row to row, with Shift they select on the way; the browser's own Space selects, Enter opens. */
function move(event: KeyboardEvent, toggle: (place: number, range: boolean) => void): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target instanceof Element ? event.target.closest('tbody tr') : null;
  if (!row) return;
  const rows = [...(row.parentElement?.children ?? [])];
  const place = rows.indexOf(row);
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) row.querySelector<HTMLElement>('.row-open')?.click();
  if (!step) return;
  event.preventDefault();
  const next = Math.max(0, Math.min(rows.length - 1, place + step));
  rows[next]?.querySelector<HTMLElement>('input')?.focus();
  if (event.shiftKey) toggle(next, false);
}
