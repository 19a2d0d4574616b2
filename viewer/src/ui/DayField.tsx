import './days.css';
import { useSignal } from '@preact/signals';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { isWhole, readDay, readTime, showPlain, within } from '../days';
import { t } from '../i18n';
import { lang } from '../state';
import { dayOf } from '../time';
import { Calendar } from './Calendar';
import { Icon } from './Icon';

type Typed = { id?: string; name?: string; required?: boolean; 'aria-describedby'?: string; 'aria-invalid'?: boolean; 'aria-label'?: string; 'data-audit'?: string };
/** `value`: as 2026-11-28, empty for none; `onDay` hears of a day that is allowed, or of none. */
type DayGiven = Typed & { value: string; min?: string; max?: string; placeholder?: string; onDay: (day: string) => void };
type TimeGiven = Typed & { value: string; onTime: (time: string) => void };
type Reading = { value: string; shown: string; read: (text: string) => string | null; fault: (text: string, found: string | null) => string; isWhole: (text: string) => boolean; put: (value: string) => void };

/** What is typed in a field that reads it: kept as it was typed until it is left, with words below where it cannot be read. */
function useReading({ value, shown, read, fault, isWhole, put }: Reading, given: Typed) {
  const notes = `${useId()}-notes`;
  const input = useRef<HTMLInputElement>(null);
  const typed = useSignal<string | null>(null);
  const wrong = useSignal('');
  useLayoutEffect(() => {
    typed.value = null;
    wrong.value = '';
  }, [value]);
  useLayoutEffect(() => input.current?.setCustomValidity(wrong.value), [wrong.value]);
  const take = (text: string, isLeft: boolean) => {
    const found = text.trim() ? read(text) : '';
    const said = fault(text, found);
    if (isLeft) wrong.value = said;
    else if (!said) wrong.value = '';
    typed.value = isLeft && !said ? null : text;
    if (!said && found !== null && found !== value && (isLeft || found === '' || isWhole(text))) put(found);
  };
  const attributes = {
    ...given,
    ref: input,
    type: 'text',
    autocomplete: 'off',
    value: typed.value ?? shown,
    'aria-invalid': given['aria-invalid'] || wrong.value !== '',
    'aria-describedby': [given['aria-describedby'], wrong.value && notes].filter(Boolean).join(' ') || undefined,
    onInput: (event: { currentTarget: HTMLInputElement }) => take(event.currentTarget.value, false),
    onChange: (event: { currentTarget: HTMLInputElement }) => take(event.currentTarget.value, true),
  } as const;
  const notice = wrong.value && (
    <span id={notes} class="error" role="alert">
      {wrong.value}
    </span>
  );
  return { attributes, notice, input };
}

/** A day, typed in any usual form or chosen from a calendar; shown in the page's language, not the browser's. */
export function DayField({ value, min = '', max = '', placeholder = t('day.form'), onDay, ...given }: DayGiven) {
  const open = useSignal(false);
  const today = dayOf(new Date().toISOString());
  const show = (day: string) => showPlain(day, lang.value);
  const fault = (text: string, day: string | null): string => {
    if (day === '') return '';
    if (day === null) return t('day.unread', { text: text.trim() });
    if (within(day, min, max)) return '';
    return min && day < min ? t('day.early', { day: show(min) }) : t('day.late', { day: show(max) });
  };
  const { attributes, notice, input } = useReading({ value, shown: value && show(value), read: (text) => readDay(text, today), fault, isWhole, put: onDay }, given);
  const choose = (day: string) => {
    open.value = false;
    if (day !== value) onDay(day);
    else if (input.current) input.current.value = day && show(day);
  };
  return (
    <span class="day-field">
      <input {...attributes} placeholder={placeholder} data-day={value} />
      <button type="button" class="day-open" aria-label={t('day.choose')} aria-haspopup="dialog" onClick={() => (open.value = true)}>
        <Icon name="calendar" />
      </button>
      {notice}
      {open.value && <Calendar value={value} today={today} min={min} max={max} isNeeded={given.required === true} choose={choose} close={() => (open.value = false)} />}
    </span>
  );
}

/** A day with its label beside it. */
export function LabelledDay({ label, ...given }: Omit<DayGiven, 'id'> & { label: string }) {
  const id = useId();
  return (
    <div class="date">
      <label for={id}>{label}</label>
      <DayField {...given} id={id} />
    </div>
  );
}

/** A time of day of 24 hours, as 09:30. */
export function TimeField({ value, onTime, ...given }: TimeGiven) {
  const fault = (text: string, time: string | null): string => (time === null ? t('day.unreadTime', { text: text.trim() }) : '');
  const { attributes, notice } = useReading({ value, shown: value.slice(0, 5), read: readTime, fault, isWhole: (text) => /^\d\d:\d\d$/.test(text), put: onTime }, given);
  return (
    <span class="day-field time-field">
      <input {...attributes} placeholder={t('day.formTime')} />
      {notice}
    </span>
  );
}
