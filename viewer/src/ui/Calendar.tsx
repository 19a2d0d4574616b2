import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { nearest, plusDays, plusMonths, showMonth, showWeekday, weekdayOf, weekdays, weeksOf, within } from '../days';
import { t } from '../i18n';
import { lang } from '../state';
import { Icon } from './Icon';

type Given = { value: string; today: string; min: string; max: string; isNeeded: boolean; choose: (day: string) => void; close: () => void };
type Near = { dialog: HTMLDialogElement; field: Element };
const gap = 4;

/** A month to choose a day from: by arrows, page keys (a month, with Shift a year), Home and End of the week, Enter; Escape closes. */
export function Calendar({ value, today, min, max, isNeeded, choose: chosen, close }: Given) {
  const dialog = useRef<HTMLDialogElement>(null);
  const at = useSignal(nearest(value || today, min, max));
  const moved = useSignal(true);
  useLayoutEffect(() => {
    const own = dialog.current;
    const field = own?.parentElement;
    if (!own || !field) return;
    own.showModal();
    own.addEventListener('click', (event) => event.target === own && own.close()); // beside it
    place({ dialog: own, field });
  }, []);
  useLayoutEffect(() => {
    if (moved.value) dialog.current?.querySelector<HTMLElement>('[data-day][tabindex="0"]')?.focus();
  }, [at.value, moved.value]);
  const choose = (day: string) => {
    dialog.current?.close(); // gives the focus back to where it was
    chosen(day);
  };
  const go = (day: string, byKey: boolean) => {
    moved.value = byKey;
    at.value = nearest(day, min, max);
  };
  const step = (event: KeyboardEvent) => {
    const to = keyed(event, at.peek());
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    go(to, true);
  };
  const turn = (months: number, icon: 'back' | 'next', label: 'day.earlier' | 'day.later') => (
    <button type="button" class="icon-button" aria-label={t(label)} onClick={() => go(plusMonths(at.peek(), months), false)}>
      <Icon name={icon} />
    </button>
  );
  return (
    <dialog ref={dialog} class="calendar" aria-label={t('day.choose')} onClose={close}>
      <header>
        {turn(-1, 'back', 'day.earlier')}
        <strong aria-live="polite">{showMonth(at.value, lang.value)}</strong>
        {turn(1, 'next', 'day.later')}
      </header>
      <Month {...{ value, today, min, max, choose }} at={at.value} step={step} />
      <footer>
        <button type="button" class="link" data-act="today" disabled={!within(today, min, max)} onClick={() => choose(today)}>
          {t('day.today')}
        </button>
        {!isNeeded && (
          <button type="button" class="link" data-act="none" disabled={!value} onClick={() => choose('')}>
            {t('day.none')}
          </button>
        )}
        <button type="button" class="link" onClick={() => dialog.current?.close()}>
          {t('app.close')}
        </button>
      </footer>
    </dialog>
  );
}

type MonthGiven = Pick<Given, 'value' | 'today' | 'min' | 'max' | 'choose'> & { at: string; step: (event: KeyboardEvent) => void };

function Month({ value, today, min, max, choose, at, step }: MonthGiven) {
  return (
    <table role="grid" aria-label={showMonth(at, lang.value)} onKeyDown={step}>
      <thead>
        <tr>
          {weekdays(lang.value).map(({ short, long }) => (
            <th key={long} scope="col" abbr={long}>
              {short}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(at).map((week) => (
          <tr key={week.find(Boolean)}>
            {week.map((day, column) =>
              day === null ? (
                <td key={column}>{'\u00a0'}</td>
              ) : (
                <td key={column} aria-selected={day === value}>
                  <button type="button" data-day={day} tabIndex={day === at ? 0 : -1} aria-label={showWeekday(day, lang.value)} aria-current={day === today ? 'date' : undefined} disabled={!within(day, min, max)} onClick={() => choose(day)}>
                    {Number(day.slice(8))}
                  </button>
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where a key goes from this day; null: nowhere. */
function keyed({ key, shiftKey }: KeyboardEvent, day: string): string | null {
  const months = shiftKey ? 12 : 1;
  const ways: Record<string, () => string> = {
    ArrowLeft: () => plusDays(day, -1),
    ArrowRight: () => plusDays(day, 1),
    ArrowUp: () => plusDays(day, -7),
    ArrowDown: () => plusDays(day, 7),
    Home: () => plusDays(day, -weekdayOf(day)),
    End: () => plusDays(day, 6 - weekdayOf(day)),
    PageUp: () => plusMonths(day, -months),
    PageDown: () => plusMonths(day, months),
  };
  return ways[key]?.() ?? null;
}

/** Below its field, or above where it would not fit; on a phone the styles put it at the foot of the screen. */
function place({ dialog, field }: Near): void {
  const zoom = dialog.currentCSSZoom ?? 1;
  const { left, top, bottom } = field.getBoundingClientRect();
  const { width, height } = dialog.getBoundingClientRect();
  const isBelow = bottom + gap + height <= innerHeight;
  dialog.style.left = `${Math.max(gap, Math.min(left, innerWidth - width - gap)) / zoom}px`;
  dialog.style.top = `${Math.max(gap, isBelow ? bottom + gap : top - gap - height) / zoom}px`;
}
