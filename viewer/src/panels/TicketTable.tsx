import { signal } from '@preact/signals';
import type { Ticket } from '../api/client';
import { t } from '../i18n';
import { categories, lang } from '../state';
import { categoryName } from '../tickets';
import { DueBadge, DueWords } from '../ui/DueBadge';

const step = 60;
/** How far which list was unrolled: back in it, a reader finds his row again. */
const unrolled = signal({ caption: '', length: step });

type Given = { rows: Ticket[]; caption: string; open: (ticket: Ticket) => void };

/** Tickets as rows, a screenful of them at first. */
export function TicketTable({ rows, caption, open }: Given) {
  const length = unrolled.value.caption === caption ? unrolled.value.length : step;
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
          {rows.slice(0, length).map((one) => (
            <Row key={one.number} ticket={one} open={() => open(one)} />
          ))}
        </tbody>
      </table>
      {rows.length > length && (
        <div class="list-more">
          <span class="hint">{t('list.shown', { n: rows.length, m: length })}</span>
          <button type="button" class="button" onClick={() => (unrolled.value = { caption, length: length + step })}>
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
        <button type="button" class="row-open" data-number={ticket.number} onClick={open}>
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
