import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { forgetReport, openFollow, readReport } from '../actions/follow';
import { follows, sayMeToo } from '../actions/near';
import { ownPhoto } from '../actions/photos';
import { chooseTicket, getTicket } from '../actions/tickets';
import type { FollowedReport, Ticket } from '../api/client';
import { t } from '../i18n';
import { categories, kept, type KeptReport, lang, ticketTick } from '../state';
import { categoryName, stepName } from '../tickets';
import { showDay } from '../time';
import { DueBadge } from '../ui/DueBadge';
import { Icon } from '../ui/Icon';

/** One's own reports on this browser, each with what became of it and its first picture. */
export function KeptReports() {
  if (kept.value.length === 0) return <p class="hint private">{t('follow.none')}</p>;
  return (
    <section class="block kept-reports">
      <ul class="report-list">
        {kept.value.map((one) => (
          <Own key={one.number} own={one} />
        ))}
      </ul>
      <p class="hint">{t('follow.keptHint')}</p>
    </section>
  );
}

function Own({ own: { number, at, secret } }: { own: KeptReport }) {
  const report = useSignal<FollowedReport | null>(null);
  const picture = useSignal('');
  useEffect(() => {
    let gone = false;
    const show = async () => {
      const found = await readReport(number);
      if (gone) return;
      report.value = found;
      const first = found.photos[0];
      if (!first || picture.peek()) return;
      const url = await ownPhoto(number, secret, first.photo_id, 'small');
      if (gone) URL.revokeObjectURL(url);
      else picture.value = url;
    };
    void show().catch(() => undefined); // the list shows without it, too
    return () => {
      gone = true;
    };
  }, [number, secret, ticketTick.value]);
  useEffect(() => () => URL.revokeObjectURL(picture.peek()), []);
  const one = report.value;
  return (
    <li>
      <button type="button" class="report-row" data-own={number} onClick={() => openFollow(number)}>
        {picture.value ? <img src={picture.value} alt={t('photo.number', { n: 1 })} /> : <span class="no-picture"><Icon name="photo" /></span>}
        <span>
          <strong>{one ? categoryName(one.category, categories.value, lang.value) : number}</strong>
          <span class="hint">{[showDay(at), one?.description].filter(Boolean).join(' · ')}</span>
          <code>{number}</code>
        </span>
        {one && (
          <span class="report-state">
            <DueBadge ticket={one as unknown as Ticket} />
            <span class="hint">{stepName(one.workflow, one.step)}</span>
          </span>
        )}
      </button>
      <button type="button" class="link" aria-label={t('follow.forget', { number })} title={t('follow.forget', { number })} onClick={() => forgetReport(number)}>
        <Icon name="close" />
      </button>
    </li>
  );
}

/** What somebody else reported, and one sees, too. */
export function Follows() {
  if (follows.value.length === 0) return null;
  return (
    <section class="block">
      <h3>{t('near.list')}</h3>
      <ul class="report-list">
        {follows.value.map((number) => (
          <Followed key={number} number={number} />
        ))}
      </ul>
    </section>
  );
}

function Followed({ number }: { number: string }) {
  const one = useSignal<Ticket | null>(null);
  useEffect(() => void getTicket(number).then((found) => (one.value = found), () => undefined), [number, ticketTick.value]);
  return (
    <li>
      <button type="button" class="report-row" onClick={() => void chooseTicket(number, true)}>
        <span class="no-picture"><Icon name="eye" /></span>
        <span>
          <strong>{one.value ? categoryName(one.value.category, categories.value, lang.value) : number}</strong>
          {one.value?.public_words && <span class="hint">{one.value.public_words}</span>}
          <code>{number}</code>
        </span>
        {one.value && <DueBadge ticket={one.value} />}
      </button>
      <button type="button" class="link" aria-label={t('near.stop', { number })} title={t('near.stop', { number })} onClick={() => void sayMeToo(number, false).catch(() => undefined)}>
        <Icon name="close" />
      </button>
    </li>
  );
}
