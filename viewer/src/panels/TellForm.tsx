import { useSignal } from '@preact/signals';
import { tell } from '../actions/follow';
import { type Ticket } from '../api/client';
import { t } from '../i18n';
import { useSend } from '../send';
import { may } from '../state';
import { Field } from '../ui/Field';
import { Failed } from '../ui/Notice';

/** Staff tell the reporter something, or ask him and stop the clock until he answers. */
export function TellForm({ ticket: { number, closed_at } }: { ticket: Ticket }) {
  const words = useSignal('');
  const asks = useSignal(false);
  const { problem, sending, send } = useSend();
  if (!may('tell')) return null;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!words.value.trim() || !(await send(() => tell(number, words.value, asks.value)))) return;
    words.value = '';
    asks.value = false;
  };
  return (
    <details class="block tell">
      <summary>{t('tell.title')}</summary>
      <form onSubmit={(event) => void submit(event)}>
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
