import { useSignal } from '@preact/signals';
import type { Ticket } from '../api/client';
import { t } from '../i18n';
import { categories, lang } from '../state';
import { categoryName } from '../tickets';
import { DueBadge, DueWords } from '../ui/DueBadge';

const step = 60;

type Given = { rows: Ticket[]; caption: string; open: (ticket: Ticket) => void };

/** Tickets as rows, a screenful of them at first. */
export function TicketTable({ rows, caption, open }: Given) {
  const length = useSignal(step);
  return (
    <>
      <table class="tickets">
        <caption class="only-read">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t('list.ticket')}</th>
            <th scope="col">{t('list.place')}</th>
            <th scope="col">{t('list.due')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, length.value).map((one) => (
            <Row key={one.number} ticket={one} open={() => open(one)} />
          ))}
        </tbody>
      </table>
      {rows.length > length.value && (
        <div class="list-more">
          <span class="hint">{t('list.shown', { n: rows.length, m: length.value })}</span>
          <button type="button" class="button" onClick={() => (length.value += step)}>
            {t('list.more')}
          </button>
        </div>
      )}
    </>
  );
}

function Row({ ticket, open }: { ticket: Ticket; open: () => void }) {
  return (
    <tr onClick={open}>
      <th scope="row">
        <button type="button" class="row-open" onClick={open}>
          {categoryName(ticket.category, categories.value, lang.value)}
        </button>
        <code>{ticket.number}</code>
      </th>
      <td>{ticket.grid?.name ?? t('list.noGrid')}</td>
      <td>
        <DueBadge ticket={ticket} />
        <span class="hint">
          <DueWords ticket={ticket} />
        </span>
      </td>
    </tr>
  );
}
