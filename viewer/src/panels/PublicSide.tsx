import { useSignal } from '@preact/signals';
import { follows, sayMeToo, writePublicWords } from '../actions/near';
import type { Ticket } from '../api/client';
import { t } from '../i18n';
import { useSend } from '../send';
import { may } from '../state';
import { Field } from '../ui/Field';
import { Failed } from '../ui/Notice';
import { MeToo } from './Nearby';
import { Share } from './Share';

/** What everybody reads of a ticket, how many see the same, and how it is passed on. */
export function PublicSide({ ticket }: { ticket: Ticket }) {
  const { problem, sending, send } = useSend();
  const { number, followers = 0, public_words, closed_at, has_public_point } = { has_public_point: ticket.assignment.method !== null, ...ticket };
  const isOn = follows.value.includes(number);
  return (
    <section class="block public-side">
      {public_words && <p class="public-words">{public_words}</p>}
      {followers > 0 && <p class="hint" data-followers={followers}>{t('near.followers', { n: followers })}</p>}
      {problem.value && <Failed problem={problem.value} />}
      {has_public_point && (isOn || !closed_at) && !may('tell') && (
        <MeToo number={number} isOn={isOn} sending={sending.value} say={() => void send(() => sayMeToo(number, !isOn))} />
      )}
      <Share number={number} />
      {may('tell') && ticket.history && <PublicWords key={number} ticket={ticket} />}
    </section>
  );
}

/** Staff say in a sentence what everybody may know: that it is known, and what is done. */
function PublicWords({ ticket }: { ticket: Ticket }) {
  const open = useSignal(false);
  const words = useSignal(ticket.public_words ?? '');
  const { problem, sending, send } = useSend();
  const save = async (event: Event) => {
    event.preventDefault();
    const text = words.value.trim();
    if (await send(() => writePublicWords(ticket.number, text || null))) open.value = false;
  };
  if (!open.value) {
    return (
      <button type="button" class="link" onClick={() => (open.value = true)}>
        {t(ticket.public_words ? 'near.wordsChange' : 'near.wordsWrite')}
      </button>
    );
  }
  return (
    <form onSubmit={(event) => void save(event)}>
      <Field label={t('near.wordsLabel')} hint={t('near.wordsHint')} error={problem.value?.at('words')}>
        {(attributes) => (
          <textarea {...attributes} rows={2} maxLength={400} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
        )}
      </Field>
      {problem.value && <Failed problem={problem.value} fields={['words']} />}
      <button type="submit" class="button" disabled={sending.value}>
        {t('follow.save')}
      </button>
    </form>
  );
}
