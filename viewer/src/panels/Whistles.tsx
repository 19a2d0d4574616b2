import { answerWhistle, type WhistleState } from '../actions/cooperation';
import { type Ticket, type Whistle } from '../api/client';
import { t } from '../i18n';
import { useSend } from '../send';
import { now } from '../state';
import { epoch, showTime } from '../time';
import { Failed } from '../ui/Notice';

/** 吹哨报到: the departments that were called in, the clock of each, and the answers that may be given. */
export function Whistles({ ticket }: { ticket: Ticket }) {
  const { problem, send } = useSend();
  const whistles = ticket.whistles ?? [];
  if (whistles.length === 0) return null;
  const say = (whistle: number, state: WhistleState) => {
    void send(() => answerWhistle(ticket.number, whistle, state, ''));
  };
  return (
    <section class="block">
      <h3>{t('whistle.title')}</h3>
      {problem.value && <Failed problem={problem.value} />}
      <ul class="whistles">
        {whistles.map((one) => (
          <li key={one.whistle}>
            <strong>{one.department}</strong>
            <span class={`badge ${lookOf(one)}`}>{t(`whistle.${stateOf(one)}`)}</span>
            <span class="hint">{t('whistle.due', { time: showTime(one.due_at) })}</span>
            {(one.result ?? one.note) && <p>{one.result ?? one.note}</p>}
            {one.may.length > 0 && (
              <span class="whistle-actions">
                {one.may.map((state) => (
                  <button key={state} type="button" class="link" onClick={() => say(one.whistle, state)}>
                    {t(`whistle.say.${state}`)}
                  </button>
                ))}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function stateOf({ done_at, withdrawn_at, reported_in_at }: Whistle): 'done' | 'withdrawn' | 'in' | 'called' {
  if (done_at) return 'done';
  if (withdrawn_at) return 'withdrawn';
  return reported_in_at ? 'in' : 'called';
}

function lookOf(one: Whistle): 'done' | 'overdue' | 'open' {
  if (one.done_at || one.withdrawn_at) return 'done';
  return epoch(one.due_at) <= now.value ? 'overdue' : 'open';
}
