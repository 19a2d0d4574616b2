import { t, term } from '../i18n';
import { workflows } from '../tickets';

/** The way of a ticket through its workflow, and where it is. */
export function Steps({ step, closed }: { step: string; closed: boolean }) {
  const steps = workflows.find((one) => one.includes(step));
  if (!steps) return <p class="chip">{term('step', step)}</p>;
  const here = steps.indexOf(step);
  return (
    <ol class="steps" aria-label={t('ticket.step')}>
      {steps.map((one, place) => {
        const state = closed || place < here ? 'past' : place === here ? 'here' : 'ahead';
        return (
          <li key={one} class={state} aria-current={state === 'here' ? 'step' : undefined}>
            <span>{term('step', one)}</span>
          </li>
        );
      })}
    </ol>
  );
}
