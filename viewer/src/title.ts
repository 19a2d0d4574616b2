import { effect } from '@preact/signals';
import { t } from './i18n';
import { categories, here, lang, picked, receipt, reporting, ticket } from './state';
import { categoryName } from './tickets';

/** What the page on top is called, in the browser's tab and history. */
function titleOf(): string {
  const on = picked.value;
  if (reporting.value) return t(receipt.value ? 'report.done' : 'report.title');
  if (on?.what === 'ticket') {
    const one = ticket.value.value;
    return [one?.number === on.number ? categoryName(one.category, categories.value, lang.value) : '', on.number].filter(Boolean).join(' ');
  }
  if (on?.what === 'pile') return t('pile.title', { n: on.numbers.length });
  if (on?.what === 'follow') return [t('follow.mine'), on.number].filter(Boolean).join(' ');
  if (on?.what === 'desk') return t(`desk.${on.desk}`);
  if (on?.what === 'thing') return on.thing?.name ?? on.code;
  return here.value?.name ?? '';
}

/** Keeps the title in step, and brings the focus along where it was lost with the page before. */
export function followTitle(): () => void {
  const stops = [
    effect(() => {
      document.title = [titleOf(), t('app.title'), 'gisgrid'].filter(Boolean).join(' · ');
    }),
    followPages(),
  ];
  return () => stops.forEach((stop) => stop());
}

function followPages(): () => void {
  let last: { key: string; number: string } | null = null;
  return effect(() => {
    const on = picked.value;
    const number = on?.what === 'ticket' ? on.number : '';
    const key = JSON.stringify([reporting.value, receipt.value?.number, on && { ...on, thing: null }, here.value?.code]);
    const left = last?.number ?? '';
    if (last && last.key !== key) requestAnimationFrame(() => takeFocus(left));
    last = { key, number };
  });
}

/** Back in a list, to the row of the ticket that was left; else to the page's heading. A focus on the map stays there. */
function takeFocus(left: string): void {
  const held = document.activeElement;
  const panel = document.getElementById('panel');
  panel?.scrollTo(0, 0); // where it scrolls as a whole
  if (held !== null && held !== document.body && !panel?.contains(held)) return;
  if (held?.closest('[role=tablist]')) return;
  const row = left ? panel?.querySelector<HTMLElement>(`[data-number="${CSS.escape(left)}"]`) : null;
  const head = panel?.querySelector<HTMLElement>('h2');
  (row ?? head)?.focus({ preventScroll: !row });
  row?.scrollIntoView({ block: 'center' });
}
