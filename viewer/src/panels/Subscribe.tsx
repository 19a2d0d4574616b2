import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { readSubscription, reopen, subscribe } from '../actions/follow';
import { type Subscription } from '../api/client';
import { t } from '../i18n';
import { showDay } from '../time';
import { Field } from '../ui/Field';
import { Failed } from '../ui/Notice';
import { useSend } from '../send';

const inputs = { email: { type: 'email', autocomplete: 'email' }, phone: { type: 'tel', autocomplete: 'tel' } } as const;

/** By which ways one hears of one's report, where messages are sent from here; and whether it is done. */
export function Subscribe({ number }: { number: string }) {
  const found = useSignal<Subscription | null>(null);
  useEffect(() => {
    void readSubscription(number).then((value) => (found.value = value), () => (found.value = null));
  }, [number]);
  const value = found.value;
  if (!value) return null;
  return (
    <>
      {value.may_reopen_until && <ReopenForm number={number} until={value.may_reopen_until} />}
      {value.ways.length > 0 && <WaysForm number={number} value={value} />}
    </>
  );
}

function WaysForm({ number, value }: { number: string; value: Subscription }) {
  const given = useSignal({ email: value.email ?? '', phone: value.phone ?? '' });
  const { problem, sending, send } = useSend();
  const saved = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    saved.value = false;
    const body = Object.fromEntries(value.ways.map((way) => [way, given.value[way].trim() || null]));
    saved.value = await send(() => subscribe(number, body));
  };
  return (
    <form class="block subscribe" onSubmit={(event) => void submit(event)} noValidate>
      <h3>{t('follow.tellMe')}</h3>
      {value.ways.map((way) => (
        <Field key={way} label={t(`follow.${way}`)} error={problem.value?.at(way)}>
          {(attributes) => (
            <input {...attributes} {...inputs[way]} name={way} value={given.value[way]} onInput={(event) => (given.value = { ...given.value, [way]: event.currentTarget.value })} />
          )}
        </Field>
      ))}
      <p class="hint">{t('follow.tellHint')}</p>
      {problem.value && <Failed problem={problem.value} fields={value.ways} />}
      <button type="submit" class="button" disabled={sending.value}>
        {t('follow.save')}
      </button>
      {saved.value && <span role="status"> {t('follow.saved')}</span>}
    </form>
  );
}

function ReopenForm({ number, until }: { number: string; until: string }) {
  const words = useSignal('');
  const { problem, sending, send } = useSend();
  const submit = (event: Event) => {
    event.preventDefault();
    if (words.value.trim()) void send(() => reopen(number, words.value));
  };
  return (
    <form class="block reopen" onSubmit={submit}>
      <Field label={t('follow.notDone')} hint={t('follow.notDoneHint', { day: showDay(until) })} error={problem.value?.at('text')}>
        {(attributes) => (
          <textarea {...attributes} name="reopen" rows={2} maxLength={4000} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
        )}
      </Field>
      {problem.value && <Failed problem={problem.value} fields={['text']} />}
      <button type="submit" class="button" disabled={sending.value || !words.value.trim()}>
        {t('follow.reopen')}
      </button>
    </form>
  );
}
