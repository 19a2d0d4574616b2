import { useSignal } from '@preact/signals';
import { addPhoto, moveTicket, staffPhoto } from '../actions/photos';
import type { PhotoReceipt, Ticket } from '../api/client';
import { t } from '../i18n';
import { useSend } from '../send';
import { lightbox, may, session } from '../state';
import { showMetres, showTime } from '../time';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';
import { PhotoButton } from './PhotoPicker';

/** Nearer than this the photo says nothing new. */
const near_m = 30;

/** The photos of a ticket for callers who may see them, and a way to add one. */
export function TicketPhotos({ ticket }: { ticket: Ticket }) {
  const { photos } = ticket;
  const { problem, sending, send } = useSend();
  const added = useSignal<PhotoReceipt | null>(null);
  if (!photos) return null;
  const add = (files: File[]) =>
    send(async () => {
      for (const file of files) added.value = await addPhoto(ticket.number, file);
    });
  const mayAdd = session.value && !ticket.closed_at;
  if (photos.length === 0 && !mayAdd) return null;
  const open = (at: number) =>
    (lightbox.value = { sources: photos.map((one) => staffPhoto(ticket.number, one.photo_id, 'large')), at });
  return (
    <section class="block photos">
      <h3>{t('photo.title')}</h3>
      <ul class="thumbs">
        {photos.map((photo, number) => (
          <li key={photo.photo_id}>
            <button type="button" class="thumb" onClick={() => open(number)}>
              <img src={staffPhoto(ticket.number, photo.photo_id, 'small')} loading="lazy" alt={wordsOf(photo, number)} />
            </button>
            <span class="thumb-state">{t(photo.kind === 'report' ? 'photo.byReporter' : 'photo.byStaff')}</span>
          </li>
        ))}
        {mayAdd && (
          <li>
            <PhotoButton label={t(sending.value ? 'photo.sending' : 'photo.add')} take={(files) => void add(files)} several disabled={sending.value} />
          </li>
        )}
      </ul>
      {problem.value && <Failed problem={problem.value} />}
      {mayAdd && added.value && <Elsewhere number={ticket.number} photo={added.value} done={() => (added.value = null)} />}
    </section>
  );
}

function wordsOf({ kind, actor, added_at }: { kind: string; actor?: string | null; added_at: string }, number: number): string {
  const who = kind === 'report' ? t('photo.byReporter') : (actor ?? t('photo.byStaff'));
  return `${t('photo.number', { n: number + 1 })}, ${who}, ${showTime(added_at)}`;
}

/** The photo was taken somewhere else: staff who may can move the ticket there. */
function Elsewhere({ number, photo, done }: { number: string; photo: PhotoReceipt; done: () => void }) {
  const { problem, sending, send } = useSend();
  const hint = photo.gps_hint;
  if (!hint || (hint.distance_m ?? near_m) < near_m || !may('move_place')) return null;
  const move = () =>
    send(async () => {
      await moveTicket(number, hint, t('photo.moved'));
      done();
    });
  return (
    <div class="photo-hint" role="status">
      <Icon name="pin" />
      <span>{t('photo.elsewhere', { d: showMetres(hint.distance_m ?? 0) })}</span>
      <button type="button" class="button" disabled={sending.value} onClick={() => void move()}>
        {t('photo.usePlace')}
      </button>
      <button type="button" class="link" onClick={done}>
        {t('photo.leave')}
      </button>
      {problem.value && <Failed problem={problem.value} />}
    </div>
  );
}
