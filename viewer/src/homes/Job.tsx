import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { discardStep, steps, workOn } from '../actions/work';
import { chooseTicket } from '../actions/tickets';
import type { LonLat, Ticket } from '../api/client';
import { vagueness } from '../doubt';
import { t } from '../i18n';
import { metresTo, type Way, waysOn } from '../order';
import { PhotoButton } from '../panels/PhotoPicker';
import { useSend } from '../send';
import { categories, lang, session, workflows } from '../state';
import { categoryName, placeOf, stepName } from '../tickets';
import { showMetres } from '../time';
import { DueBadge, DueWords } from '../ui/DueBadge';
import { Field } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';
import { h } from './words';

type Given = { ticket: Ticket; position: LonLat | null; open: Signal<string>; done: (how: 'sent' | 'kept', number: string) => void };

/** A ticket as work: whom to call, how to get there, and what to say when it is done. */
export function Job({ ticket, position, open, done }: Given) {
  const kept = steps.value.find(({ number }) => number === ticket.number);
  const isOpen = open.value === ticket.number;
  const box = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isOpen) box.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  const away = metresTo(ticket, position);
  const vague = vagueness(ticket);
  return (
    <li ref={box} class="job" data-number={ticket.number} data-open={isOpen}>
      <div class="job-head">
        <h3>
          <button type="button" class="row-open" data-details onClick={() => void chooseTicket(ticket.number, true)}>
            {categoryName(ticket.category, categories.value, lang.value)}
            <Icon name="next" />
          </button>
        </h3>
        {kept ? <span class="badge today">{h(kept.refused ? 'work.refused' : 'work.waits')}</span> : <DueBadge ticket={ticket} />}
      </div>
      <p class="hint">
        <DueWords ticket={ticket} /> · {ticket.grid?.name ?? t('list.noGrid')}
        {away !== null && ` · ${h('work.away', { d: showMetres(away) })}`}
        {vague !== null && vague.accuracy_m > 0 && ` · ${h('work.vague', { d: showMetres(vague.accuracy_m) })}`}
      </p>
      {ticket.description && <p class="job-words">{ticket.description}</p>}
      <div class="job-do">
        <Call ticket={ticket} />
        <Go ticket={ticket} />
        {!kept && (
          <button type="button" class="button primary" data-do aria-expanded={isOpen} onClick={() => (open.value = isOpen ? '' : ticket.number)}>
            <Icon name="check" />
            {h('work.do')}
          </button>
        )}
      </div>
      {kept?.refused && (
        <p class="error" role="alert">
          {kept.refused}{' '}
          <button type="button" class="link" onClick={() => void discardStep(ticket.number)}>
            {h('work.drop')}
          </button>
        </p>
      )}
      {isOpen && !kept && <JobForm ticket={ticket} done={done} />}
    </li>
  );
}

/** The reporter's own number, where he left one. */
function Call({ ticket: { contact } }: { ticket: Ticket }) {
  const number = contact?.phone?.split(/[,;，；、/]/)[0]?.replace(/[^\d+]/g, '');
  if (!number) return null;
  return (
    <a class="button" href={`tel:${number}`} aria-label={h('work.callWho', { who: contact?.name ?? number })}>
      <Icon name="phone" />
      {h('work.call')}
    </a>
  );
}

const isApple = /iPhone|iPad|Macintosh/.test(navigator.userAgent);

/** RFC 5870 is WGS 84, as our points are; Apple's devices have no `geo:`. */
function Go({ ticket }: { ticket: Ticket }) {
  const at = placeOf(ticket);
  if (!at) return null;
  const point = `${at.lat.toFixed(6)},${at.lon.toFixed(6)}`;
  const name = encodeURIComponent(ticket.grid?.name ?? ticket.number);
  return (
    <a class="button" data-go href={isApple ? `maps://?daddr=${point}` : `geo:${point}?q=${point}(${name})`}>
      <Icon name="aim" />
      {h('work.go')}
    </a>
  );
}

function JobForm({ ticket, done }: Pick<Given, 'ticket' | 'done'>) {
  const note = useSignal('');
  const photos = useSignal<{ file: File; url: string }[]>([]);
  const { problem, sending, send } = useSend();
  const ways = waysOn(ticket, workflows.value, session.value?.role ?? '');
  useEffect(() => () => photos.peek().forEach(({ url }) => URL.revokeObjectURL(url)), []);
  const lacks = ({ needs }: Way) => (needs.includes('note') && !note.value.trim()) || (needs.includes('photo') && photos.value.length === 0);
  const take = ({ to_step }: Way) =>
    send(async () => {
      const how = await workOn(ticket.number, to_step, note.value.trim(), photos.value.map(({ file }) => file));
      done(how, ticket.number);
    });
  return (
    <div class="job-form">
      <Field label={h(ways.every(({ needs }) => needs.includes('note')) ? 'work.note' : 'work.noteOptional')} error={problem.value?.at('note')}>
        {(attributes) => <textarea {...attributes} rows={2} maxLength={4000} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />}
      </Field>
      <ul class="thumbs">
        {photos.value.map(({ url }, place) => (
          <li key={url}>
            <img src={url} alt={t('photo.number', { n: place + 1 })} />
          </li>
        ))}
        <li>
          <PhotoButton
            label={h('work.photo')}
            camera
            take={(files) => (photos.value = [...photos.peek(), ...files.map((file) => ({ file, url: URL.createObjectURL(file) }))])}
          />
        </li>
      </ul>
      {ways[0]?.needs.includes('photo') && photos.value.length === 0 && <p class="hint">{h('work.photoNeeded')}</p>}
      {problem.value && <Failed problem={problem.value} fields={['note']} />}
      <div class="actions">
        {ways.map((way, place) => (
          <button key={way.to_step} type="button" class={place === 0 ? 'button primary' : 'button'} data-step={way.to_step} disabled={sending.value || lacks(way)} onClick={() => void take(way)}>
            {h(`work.${way.kind}`, { step: stepName(ticket.workflow, way.to_step) })}
          </button>
        ))}
      </div>
    </div>
  );
}
