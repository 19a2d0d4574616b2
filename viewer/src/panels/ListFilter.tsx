import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { clearFilter, filtered, most, shown } from '../actions/tickets';
import { t } from '../i18n';
import { categories, filter, lang, tickets } from '../state';
import { nameOf } from '../tickets';
import { LabelledDay } from '../ui/DayField';
import { Icon } from '../ui/Icon';

/** Category and dates of the list; its counters are the bar above. */
export function ListFilter() {
  const { counter, list, category, from, to } = filter.value;
  const datesOpen = useSignal(false);
  useEffect(() => {
    if (from || to) datesOpen.value = true; // also those that an address brings later
  }, [from, to]);
  return (
    <div class="filters">
      <CategoryChoice value={category} />
      <button
        type="button"
        class="button"
        aria-expanded={datesOpen.value}
        aria-controls="list-dates"
        onClick={() => (datesOpen.value = !datesOpen.value)}
      >
        <Icon name="clock" />
        {t('list.dates')}
      </button>
      <div id="list-dates" class="dates" hidden={!datesOpen.value}>
        <DateChoice bound="from" />
        <DateChoice bound="to" />
      </div>
      <p class="filter-line" aria-live="polite" aria-busy={tickets.value.loading}>
        <span>{tickets.value.value && t(shown.value.length < most ? 'list.count' : list ? 'list.first' : 'list.newest', { n: shown.value.length })}</span>
        {counter !== 'total' && <span class={`badge ${counter}`}>{t(`counter.${counter}`)}</span>}
        {filtered.value && (
          <button type="button" class="link" onClick={clearFilter}>
            <Icon name="close" />
            {t('list.clear')}
          </button>
        )}
      </p>
    </div>
  );
}

function CategoryChoice({ value }: { value: string }) {
  return (
    <select
      aria-label={t('list.category')}
      value={value}
      onChange={(event) => (filter.value = { ...filter.peek(), category: event.currentTarget.value })}
    >
      <option value="">{t('list.all')}</option>
      {categories.value
        .filter(({ parent }) => parent === null)
        .map((root) => (
          <CategoryOptions key={root.id} id={root.id} depth={0} />
        ))}
    </select>
  );
}

function CategoryOptions({ id, depth }: { id: string; depth: number }) {
  const own = categories.value.find((one) => one.id === id);
  if (!own) return null;
  return (
    <>
      <option value={id}>{'\u2003'.repeat(depth) + nameOf(own, lang.value)}</option>
      {categories.value
        .filter(({ parent }) => parent === id)
        .map((child) => (
          <CategoryOptions key={child.id} id={child.id} depth={depth + 1} />
        ))}
    </>
  );
}

function DateChoice({ bound }: { bound: 'from' | 'to' }) {
  return <LabelledDay label={t(`list.${bound}`)} name={`list-${bound}`} value={filter.value[bound]} onDay={(day) => (filter.value = { ...filter.peek(), [bound]: day })} />;
}
