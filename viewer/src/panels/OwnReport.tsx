import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { answer, secretOf } from '../actions/follow';
import { ownPhoto, sendOwnPhoto } from '../actions/photos';
import { chooseTicket } from '../actions/tickets';
import { type FollowedReport, type Photo } from '../api/client';
import { fieldName } from '../fields';
import { t } from '../i18n';
import { useSend } from '../send';
import { lang, lightbox, ticketTick } from '../state';
import { showTime } from '../time';
import { Facts } from '../ui/Facts';
import { Field } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';
import { PhotoButton } from './PhotoPicker';
import { Rated, RatingForm } from './RatingForm';
import { Share } from './Share';
import { Steps } from './Steps';
import { Subscribe } from './Subscribe';

/** How one's own report is doing, what was said about it, and what one may do now. */
export function OwnReport({ report }: { report: FollowedReport }) {
  return (
    <>
      {report.waits_for_you && (
        <p class="waits" role="status">
          <Icon name="say" />
          {t('follow.waits')}
        </p>
      )}
      <Steps ticket={report} />
      <Share number={report.number} />
      <Talk report={report} />
      {report.may.rate && <RatingForm number={report.number} />}
      {report.rating && <Rated rating={report.rating} />}
      {report.description && (
        <section class="block words">
          <h3>{fieldName('description')}</h3>
          <p>{report.description}</p>
        </section>
      )}
      <OwnPhotos report={report} />
      <Subscribe key={report.closed_at} number={report.number} />
      <Facts
        facts={[
          [t('report.assignee'), <Assignee report={report} />],
          [fieldName('grid_name'), report.grid ? `${report.grid.name} ${report.grid.code}` : (report.area?.code ?? '')],
          [fieldName('received_at'), showTime(report.received_at)],
          [fieldName('due_at'), showTime(report.due_at)],
          [t('follow.duplicateOf'), report.duplicate_of && <DuplicateOf number={report.duplicate_of} />],
          [fieldName('closed_at'), report.closed_at ? showTime(report.closed_at) : ''],
        ]}
      />
    </>
  );
}

function DuplicateOf({ number }: { number: string }) {
  return (
    <button type="button" class="link" onClick={() => void chooseTicket(number, true)}>
      <code>{number}</code>
    </button>
  );
}

function Assignee({ report: { assignee } }: { report: FollowedReport }) {
  if (!assignee) return <>{t('follow.nobody')}</>;
  const role = lang.value === 'en' ? assignee.role_en : assignee.role_zh;
  return <>{[assignee.title ?? role, assignee.department, assignee.name, assignee.phone].filter(Boolean).join(' · ')}</>;
}

/** What staff told the reporter and what he answered; a field for the answer while they wait for it. */
function Talk({ report: { number, talk, may } }: { report: FollowedReport }) {
  if (talk.length === 0 && !may.answer) return null;
  return (
    <section class="block talk">
      <h3>{t('follow.talk')}</h3>
      <ol>
        {talk.map(({ at, is_yours, text }) => (
          <li key={at} class={is_yours ? 'yours' : 'theirs'}>
            <span class="hint">{[t(is_yours ? 'follow.you' : 'follow.staff'), showTime(at)].join(' · ')}</span>
            <p>{text}</p>
          </li>
        ))}
      </ol>
      {may.answer && <AnswerForm number={number} />}
    </section>
  );
}

function AnswerForm({ number }: { number: string }) {
  const words = useSignal('');
  const { problem, sending, send } = useSend();
  const submit = (event: Event) => {
    event.preventDefault();
    if (words.value.trim()) void send(() => answer(number, words.value));
  };
  return (
    <form onSubmit={submit}>
      <Field label={t('follow.answer')} hint={t('follow.answerHint')} error={problem.value?.at('text')}>
        {(attributes) => (
          <textarea {...attributes} name="answer" rows={3} maxLength={4000} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
        )}
      </Field>
      {problem.value && <Failed problem={problem.value} fields={['text']} />}
      <button type="submit" class="button primary" disabled={sending.value || !words.value.trim()}>
        {t('follow.send')}
      </button>
    </form>
  );
}

function OwnPhotos({ report: { number, photos, may } }: { report: FollowedReport }) {
  const { problem, sending, send } = useSend();
  const secret = secretOf(number);
  if (photos.length === 0 && !may.add_photos) return null;
  const add = async (files: File[]) => {
    await send(async () => {
      for (const file of files) await sendOwnPhoto({ number, secret }, file);
    });
    ticketTick.value++;
  };
  return (
    <section class="block photos">
      <h3>{t('follow.photos')}</h3>
      <ul class="thumbs">
        {photos.map((photo, place) => (
          <li key={photo.photo_id}>
            <OwnThumb number={number} secret={secret} photo={photo} place={place} />
          </li>
        ))}
        {may.add_photos && (
          <li>
            <PhotoButton label={t(sending.value ? 'photo.sending' : 'photo.add')} take={(files) => void add(files)} several disabled={sending.value} />
          </li>
        )}
      </ul>
      {problem.value && <Failed problem={problem.value} />}
    </section>
  );
}

type Thumb = { number: string; secret: string; photo: Photo; place: number };

/** An image cannot send a header, so its bytes are asked for first. */
function OwnThumb({ number, secret, photo, place }: Thumb) {
  const source = useSignal('');
  useEffect(() => {
    let gone = false;
    void ownPhoto(number, secret, photo.photo_id, 'small').then(
      (url) => (gone ? URL.revokeObjectURL(url) : (source.value = url)),
      () => undefined,
    );
    return () => {
      gone = true;
      URL.revokeObjectURL(source.peek());
    };
  }, [number, photo.photo_id]);
  const open = () =>
    ownPhoto(number, secret, photo.photo_id, 'large').then(
      (url) => (lightbox.value = { sources: [url], at: 0 }),
      () => undefined,
    );
  return (
    <button type="button" class="thumb" onClick={() => void open()}>
      {source.value && <img src={source.value} alt={`${t('photo.number', { n: place + 1 })}, ${showTime(photo.added_at)}`} />}
    </button>
  );
}
