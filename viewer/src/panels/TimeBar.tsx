import { useEffect } from 'preact/hooks';
import { dateOf, showDate } from '../actions/time';
import { t } from '../i18n';
import { at, boundaryHistory, comparing, comparison, sheetKeys, timeOpen } from '../state';
import { dayOf, showDay } from '../time';
import { LabelledDay } from '../ui/DayField';
import { Icon } from '../ui/Icon';

/** The date of the map: a slider over the instants from which other grids applied, any other day, and what changed from then until another day. */
export function TimeBar() {
  const open = timeOpen.value || at.value !== '';
  if (!open) {
    return (
      <button type="button" class="time-open" onClick={() => (timeOpen.value = true)}>
        <Icon name="clock" />
        <span>{t('time.open')}</span>
      </button>
    );
  }
  return (
    <section class="time" aria-label={t('time.title')}>
      <header>
        <h2>{t('time.title')}</h2>
        <button type="button" class="icon-button" aria-label={t('app.close')} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Slider />
      <div class="time-more">
        <LabelledDay label={t('time.day')} name="at" value={at.value && dayOf(at.value)} max={dayOf(new Date().toISOString())} onDay={showDate} />
        <label>
          <input type="checkbox" name="changes" disabled={!at.value} checked={comparing.value !== ''} onChange={() => (comparing.value = comparing.value ? '' : '1')} />
          <span>{t('time.changes')}</span>
        </label>
        {at.value !== '' && comparing.value !== '' && (
          <LabelledDay
            label={t('time.until')}
            name="until"
            value={comparing.value === '1' ? '' : comparing.value}
            min={dayOf(at.value)}
            max={dayOf(new Date().toISOString())}
            placeholder={t('time.now')}
            onDay={(day) => (comparing.value = day || '1')}
          />
        )}
      </div>
      {at.value !== '' && comparing.value && <Changes />}
      {at.value !== '' && <p class="hint">{t('time.hint')}</p>}
    </section>
  );
}

/** The last step is now. */
function Slider() {
  const changes = boundaryHistory.value.value?.changes ?? [];
  const { problem } = boundaryHistory.value;
  if (problem) return <p class="error">{t('time.failed')}</p>;
  const last = changes.length - 1;
  const shown = at.value ? changes.findLastIndex((one) => Date.parse(one.at) <= startOf(at.value)) : last;
  const here = changes[shown];
  const words = at.value ? showDay(at.value) : t('time.now');
  return (
    <>
      <input
        type="range"
        name="time"
        min={0}
        max={Math.max(last, 0)}
        step={1}
        value={Math.max(shown, 0)}
        disabled={last < 1}
        aria-label={t('time.slider')}
        aria-valuetext={`${words}, ${t('time.grids', { n: here?.grids ?? 0 })}`}
        onInput={(event) => choose(Number(event.currentTarget.value))}
      />
      <p class="time-here" role="status">
        <strong>{words}</strong>
        <span>{t('time.grids', { n: here?.grids ?? 0 })}</span>
        {last < 1 && <span class="hint">{t('time.one')}</span>}
      </p>
    </>
  );
}

/** A day is its first moment in the district's zone, which may be ahead of this browser's. */
const startOf = (date: string): number => (date.length > 10 ? Date.parse(date) : Date.parse(`${date}T00:00:00Z`) + 14 * 3_600_000);

function choose(step: number): void {
  const changes = boundaryHistory.peek().value?.changes ?? [];
  const chosen = changes[step];
  if (chosen) showDate(step === changes.length - 1 ? '' : dateOf(chosen.at));
}

function close(): void {
  timeOpen.value = false;
  if (at.peek()) showDate('');
}

const sides = [
  { side: 'before', key: 'time.before', look: '#b0241b', shape: 'dashes' },
  { side: 'after', key: 'time.after', look: '#0f7b6c', shape: 'band' },
  { side: 'link', key: 'time.links', look: '#5b3a8c', shape: 'band' },
] as const;

function Changes() {
  const { value, problem, loading } = comparison.value;
  const classes = sides.map(({ side, key, look, shape }) => ({ look, shape, words: t(key, { n: value?.features.filter(({ properties }) => properties.side === side).length ?? 0 }) }));
  const date = showDay(at.value);
  const question = comparing.value === '1' ? t('time.since', { date }) : t('time.between', { date, until: showDay(comparing.value) });
  useEffect(() => {
    if (!value) return undefined;
    sheetKeys.value = { ...sheetKeys.peek(), changes: { question, classes } };
    return () => void (sheetKeys.value = { ...sheetKeys.peek(), changes: undefined });
  }, [value, question]);
  if (problem) return <p class="error">{t('time.failed')}</p>;
  if (!value) return loading ? <p class="hint">{t('app.loading')}</p> : null;
  return (
    <ul class="time-keys">
      <li class="before">{classes[0]?.words}</li>
      <li class="after">{classes[1]?.words}</li>
      <li class="became">{classes[2]?.words}</li>
    </ul>
  );
}
