import type { Ticket } from '../api/client';
import { t } from '../i18n';
import { now } from '../state';
import { dueState } from '../tickets';
import { epoch, showAgo, showSpan } from '../time';

/** The state of a ticket, by colour, shape and word. */
export function DueBadge({ ticket }: { ticket: Ticket }) {
  const state = dueState(ticket, now.value);
  return <span class={`badge ${state}`}>{t(`state.${state}`)}</span>;
}

/** "5 hours left", "超时 2 天", "closed yesterday". */
export function DueWords({ ticket }: { ticket: Ticket }) {
  if (ticket.closed_at) return <>{t('due.closed', { time: showAgo(ticket.closed_at) })}</>;
  const left = epoch(ticket.due_at) - now.value;
  return <>{t(left < 0 ? 'due.over' : 'due.left', { time: showSpan(left) })}</>;
}
