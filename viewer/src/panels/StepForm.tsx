import { useSignal } from '@preact/signals';
import { takeStep } from '../actions/tickets';
import { type NextStep, type Ticket } from '../api/client';
import { roleName, t } from '../i18n';
import { stepName } from '../tickets';
import { Field } from '../ui/Field';
import { Failed } from '../ui/Notice';
import { useSend } from '../send';

/** Moves a ticket on, back, or out of its end, where this person may; each step that can follow is a button. */
export function StepForm({ ticket }: { ticket: Ticket }) {
  const note = useSignal('');
  const { problem, sending, send } = useSend();
  const next = ticket.next_steps ?? [];
  const mine = next.filter(({ may }) => may);
  if (next.length === 0) return null;
  const take = (step: string) => send(() => takeStep(ticket.number, step, note.value));
  if (mine.length === 0) return <p class="hint private">{t('ticket.notAllowed', { roles: roleNames(next) })}</p>;
  const label = mine.every(needsNote) ? 'ticket.noteNeeded' : mine.some(needsNote) ? 'ticket.noteBack' : 'ticket.note';
  return (
    <section class="block step-form">
      <h3>{t('ticket.next')}</h3>
      {problem.value && <Failed problem={problem.value} fields={['note']} />}
      <Field label={t(label)} error={problem.value?.at('note')}>
        {(attributes) => (
          <textarea {...attributes} rows={2} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
        )}
      </Field>
      <div class="actions">
        {mine.map((one, place) => (
          <button
            key={one.step}
            type="button"
            class={place === 0 && one.kind === 'forward' ? 'button primary' : 'button'}
            disabled={sending.value || (needsNote(one) && !note.value.trim())}
            onClick={() => void take(one.step)}
          >
            {t(`ticket.kind.${one.kind}`, { step: stepName(ticket.workflow, one.step) })}
          </button>
        ))}
      </div>
    </section>
  );
}

const needsNote = ({ needs }: NextStep): boolean => needs.includes('note');

function roleNames(steps: NextStep[]): string {
  const names = steps.flatMap(({ roles }) => roles).map(roleName);
  return [...new Set(names)].join(t('app.and'));
}
