import { useSignal } from '@preact/signals';
import { rate } from '../actions/follow';
import { type Rating } from '../api/client';
import { t } from '../i18n';
import { showTime } from '../time';
import { Field } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';
import { useSend } from '../send';

const scores = [1, 2, 3, 4, 5] as const;

/** The reporter's five stars, and words to them. */
export function RatingForm({ number }: { number: string }) {
  const score = useSignal<(typeof scores)[number] | null>(null);
  const words = useSignal('');
  const { problem, sending, send } = useSend();
  const submit = (event: Event) => {
    event.preventDefault();
    const given = score.value;
    if (given) void send(() => rate(number, given, words.value));
  };
  return (
    <form class="block rating" onSubmit={submit}>
      <h3>{t('rating.title')}</h3>
      <div class="stars" role="radiogroup" aria-label={t('rating.title')}>
        {scores.map((one) => (
          <label key={one} class={one <= (score.value ?? 0) ? 'star on' : 'star'} title={t(`rating.${one}`)}>
            <input type="radio" class="only-read" name="score" value={one} checked={score.value === one} onChange={() => (score.value = one)} />
            <Icon name="star" />
            <span class="only-read">{t(`rating.${one}`)}</span>
          </label>
        ))}
        <span class="stars-word" aria-hidden="true">{score.value ? t(`rating.${score.value}`) : ''}</span>
      </div>
      <Field label={t('rating.words')} error={problem.value?.at('words')}>
        {(attributes) => (
          <textarea {...attributes} rows={2} maxLength={4000} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
        )}
      </Field>
      {problem.value && <Failed problem={problem.value} fields={['words']} />}
      <button type="submit" class="button primary" disabled={sending.value || !score.value}>
        {t(sending.value ? 'report.sending' : 'rating.send')}
      </button>
    </form>
  );
}

/** A rating that was given. */
export function Rated({ rating }: { rating: Rating }) {
  return (
    <section class="block rated">
      <h3>{t('rating.given')}</h3>
      <p class="stars" role="img" aria-label={t('rating.of', { n: rating.score })}>
        {scores.map((one) => (
          <span key={one} class={one <= rating.score ? 'star on' : 'star'}>
            <Icon name="star" />
          </span>
        ))}
        <span class="hint">{showTime(rating.rated_at)}</span>
      </p>
      {rating.words && <p>{rating.words}</p>}
    </section>
  );
}
