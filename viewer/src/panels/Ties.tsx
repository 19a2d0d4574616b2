import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { listSimilar, setOriginal } from '../actions/cooperation';
import { chooseTicket } from '../actions/tickets';
import { type SimilarTicket, type Ticket } from '../api/client';
import { t } from '../i18n';
import { useSend } from '../send';
import { categories, lang, may } from '../state';
import { categoryName } from '../tickets';
import { Facts } from '../ui/Facts';
import { Failed } from '../ui/Notice';

/** The tickets that this one belongs to, and those that belong to it. */
export function Ties({ ticket: { parent, duplicate_of, parts = [], duplicates = [] } }: { ticket: Ticket }) {
  if (!parent && !duplicate_of && parts.length === 0 && duplicates.length === 0) return null;
  return (
    <Facts
      facts={[
        [t('ties.parent'), parent && <Numbers numbers={[parent]} />],
        [t('ties.parts'), parts.length > 0 && <Numbers numbers={parts} />],
        [t('ties.original'), duplicate_of && <Numbers numbers={[duplicate_of]} />],
        [t('ties.duplicates'), duplicates.length > 0 && <Numbers numbers={duplicates} />],
      ].map(([label, value]) => [label as string, value || null])}
    />
  );
}

function Numbers({ numbers }: { numbers: string[] }) {
  return (
    <>
      {numbers.map((number) => (
        <button key={number} type="button" class="link" onClick={() => void chooseTicket(number, false)}>
          <code>{number}</code>{' '}
        </button>
      ))}
    </>
  );
}

/** Open tickets that may be about the same thing, for staff who may merge them or undo a merge. */
export function Similar({ ticket }: { ticket: Ticket }) {
  const found = useSignal<SimilarTicket[]>([]);
  const { problem, send } = useSend();
  const ties = may('tie');
  const asks = ties && ticket.history !== undefined && !ticket.closed_at;
  useEffect(() => {
    found.value = [];
    if (asks) listSimilar(ticket.number).then((list) => (found.value = list), () => undefined);
  }, [ticket.number, asks]);
  const say = (of: string | null) => void send(() => setOriginal(ticket.number, of));
  if (ticket.duplicate_of && ties) {
    return (
      <div class="actions">
        {problem.value && <Failed problem={problem.value} />}
        <button type="button" class="button" onClick={() => say(null)}>
          {t('ties.unmerge')}
        </button>
      </div>
    );
  }
  if (found.value.length === 0) return null;
  return (
    <section class="block similar">
      <h3>{t('ties.similar')}</h3>
      {problem.value && <Failed problem={problem.value} />}
      <ul>
        {found.value.slice(0, 5).map((one) => (
          <li key={one.number}>
            <Numbers numbers={[one.number]} />
            <span class="hint">
              {categoryName(one.category, categories.value, lang.value)} ·{' '}
              {t(one.apart_hours < 1 ? 'ties.nearNow' : 'ties.near', { m: Math.round(one.distance_m), h: Math.round(one.apart_hours) })}
            </span>
            <button type="button" class="link" onClick={() => say(one.number)}>
              {t('ties.merge')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
