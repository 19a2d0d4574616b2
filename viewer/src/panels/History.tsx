import type { Ticket, TicketEvent } from '../api/client';
import { calledArea, t, term } from '../i18n';
import { categories, lang } from '../state';
import { categoryName, stepName } from '../tickets';
import { showTime } from '../time';

/** What happened to a ticket, the newest first. */
export function History({ ticket }: { ticket: Ticket }) {
  const events = ticket.history ?? [];
  if (events.length === 0) return null;
  return (
    <section class="block">
      <h3>{t('ticket.history')}</h3>
      <ol class="history">
        {[...events].reverse().map((event, place) => (
          <li key={place}>
            <strong>{wordsOf(event, ticket.workflow)}</strong>
            <span class="hint">{[showTime(event.at), event.actor, detailOf(event)].filter(Boolean).join(' · ')}</span>
            {event.note && <p>{event.note}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The step that it went to, or what else was done to it. */
function wordsOf({ action, to_step }: TicketEvent, workflow: string): string {
  if (action !== 'step' && action !== 'received') return term('action', action);
  return to_step ? stepName(workflow, to_step) : term('action', action);
}

/** Which department, ticket, area or category an event is about. */
function detailOf({ action, detail }: TicketEvent): string {
  const called = (code: string) => (action === 'recategorised' ? categoryName(code, categories.value, lang.value) : calledArea(code));
  const said = (keys: string[]) => keys.map((key) => detail[key]).filter((one) => typeof one === 'string');
  const things = said(['called', 'department', 'into', 'original', 'duplicate', 'parent']);
  return [...new Set([...things, ...said(['from', 'to', 'area']).map(called)])].join(' → ');
}
