import { pressCounter } from '../actions/tickets';
import { t } from '../i18n';
import { counterNames } from '../route';
import { type CounterName, counters, filter, here, home, lang, scope } from '../state';
import { showShare } from '../time';

/** The figures of the area that is shown; each is a filter of the list. */
export function CounterBar() {
  const name = here.value?.name ?? '';
  const isPart = scope.value !== null && scope.value !== home.value?.properties.code;
  return (
    <section class="counters" aria-label={t('counter.label', { area: name })} aria-busy={counters.value.loading}>
      {isPart && name && <p class="counters-of">{t('counter.of', { area: name })}</p>}
      <div class="counter-list" aria-live="polite">
        {counterNames.map((counter) => (
          <Figure key={counter} counter={counter} />
        ))}
      </div>
    </section>
  );
}

function Figure({ counter }: { counter: CounterName }) {
  const figures = counters.value.value;
  const value = figures?.[counter];
  const pressed = filter.value.counter === counter && counter !== 'total';
  return (
    <button
      type="button"
      class={`counter ${counter}`}
      data-counter={counter}
      data-none={value === 0}
      aria-pressed={pressed}
      onClick={() => pressCounter(counter)}
    >
      <span class="counter-name">{t(`counter.${counter}`)}</span>
      <span class="counter-value">{value === undefined ? '–' : value.toLocaleString(lang.value)}</span>
      {counter === 'done' && figures && figures.total > 0 && (
        <span class="counter-more">{t('counter.rate', { rate: showShare(figures.done / figures.total) })}</span>
      )}
    </button>
  );
}
