import type { Ticket } from '../api/client';
import { fieldName } from '../fields';
import { workflows } from '../state';
import { stepName } from '../tickets';

/** The way of a ticket through its workflow, and where it is. */
export function Steps({ ticket }: { ticket: Pick<Ticket, 'workflow' | 'step' | 'closed_at'> }) {
  const steps = workflows.value.find(({ workflow }) => workflow === ticket.workflow)?.steps ?? [];
  const here = steps.findIndex(({ step }) => step === ticket.step);
  return (
    <ol class="steps" aria-label={fieldName('step_name')}>
      {steps.map(({ step }, place) => {
        const state = ticket.closed_at || place < here ? 'past' : place === here ? 'here' : 'ahead';
        return (
          <li key={step} class={state} aria-current={state === 'here' ? 'step' : undefined}>
            <span>{stepName(ticket.workflow, step)}</span>
          </li>
        );
      })}
    </ol>
  );
}
