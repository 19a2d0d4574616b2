import type { TicketEvent } from '../api/client';
import { t, term } from '../i18n';
import { showTime } from '../time';

/** What happened to a ticket, the newest first. */
export function History({ events }: { events: TicketEvent[] }) {
  if (events.length === 0) return null;
  return (
    <section class="block">
      <h3>{t('ticket.history')}</h3>
      <ol class="history">
        {[...events].reverse().map(({ at, action, to_step, actor, note }, place) => (
          <li key={place}>
            <strong>{to_step ? term('step', to_step) : term('action', action)}</strong>
            <span class="hint">{[showTime(at), actor].filter(Boolean).join(' · ')}</span>
            {note && <p>{note}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
