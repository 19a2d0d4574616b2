import { useSignal } from '@preact/signals';
import { tell } from '../actions/follow';
import { asProblem, type Problem, type Ticket } from '../api/client';
import { t } from '../i18n';
import { may } from '../state';
import { Field } from '../ui/Field';
import { Failed } from '../ui/Notice';

/** Staff tell the reporter something, or ask him and stop the clock until he answers. */
export function TellForm({ ticket: { number, closed_at } }: { ticket: Ticket }) {
  const words = useSignal('');
  const asks = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const sending = useSignal(false);
  if (!may('tell')) return null;
  const send = async (event: Event) => {
    event.preventDefault();
    if (!words.value.trim()) return;
    sending.value = true;
    problem.value = null;
    await tell(number, words.value, asks.value).then(
      () => {
        words.value = '';
        asks.value = false;
      },
      (thrown) => (problem.value = asProblem(thrown)),
    );
    sending.value = false;
  };
  return (
    <details class="block tell">
      <summary>{t('tell.title')}</summary>
      <form onSubmit={(event) => void send(event)}>
        <Field label={t('tell.words')} hint={t('tell.hint')} error={problem.value?.at('text')}>
          {(attributes) => (
            <textarea {...attributes} rows={3} maxLength={4000} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
          )}
        </Field>
        {!closed_at && (
          <label class="check">
            <input type="checkbox" checked={asks.value} onChange={(event) => (asks.value = event.currentTarget.checked)} />
            {t('tell.asks')}
          </label>
        )}
        {problem.value && <Failed problem={problem.value} fields={['text']} />}
        <button type="submit" class="button" disabled={sending.value || !words.value.trim()}>
          {t(sending.value ? 'report.sending' : 'tell.send')}
        </button>
      </form>
    </details>
  );
}
