import { useSignal } from '@preact/signals';
import { takeStep } from '../actions/tickets';
import { asProblem, type Problem, type Ticket } from '../api/client';
import { t, term } from '../i18n';
import { session } from '../state';
import { Field } from '../ui/Field';
import { Failed } from '../ui/Notice';

/** Moves a ticket on, where this person may; each step that can follow is a button. */
export function StepForm({ ticket }: { ticket: Ticket }) {
  const note = useSignal('');
  const problem = useSignal<Problem | null>(null);
  const sending = useSignal(false);
  const next = ticket.next_steps ?? [];
  const mine = next.filter(({ roles }) => roles.includes(session.value?.role ?? ''));
  if (next.length === 0) return null;
  const take = async (step: string) => {
    sending.value = true;
    problem.value = null;
    await takeStep(ticket.number, step, note.value).catch((thrown) => (problem.value = asProblem(thrown)));
    sending.value = false;
  };
  if (mine.length === 0) return <p class="hint private">{t('ticket.notAllowed', { roles: roleNames(next) })}</p>;
  return (
    <section class="block step-form">
      <h3>{t('ticket.next')}</h3>
      {problem.value && <Failed problem={problem.value} fields={['note']} />}
      <Field label={t('ticket.note')} error={problem.value?.at('note')}>
        {(attributes) => (
          <textarea {...attributes} rows={2} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
        )}
      </Field>
      <div class="actions">
        {mine.map(({ step }, place) => (
          <button
            key={step}
            type="button"
            class={place === 0 ? 'button primary' : 'button'}
            disabled={sending.value}
            onClick={() => void take(step)}
          >
            {t('ticket.advance', { step: term('step', step) })}
          </button>
        ))}
      </div>
    </section>
  );
}

function roleNames(steps: { roles: string[] }[]): string {
  const names = steps.flatMap(({ roles }) => roles).map((role) => term('role', role));
  return [...new Set(names)].join(t('app.and'));
}
