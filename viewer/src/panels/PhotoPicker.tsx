import { accepted, choosePhotos, dropPhoto, sendPhotos } from '../actions/photos';
import { metresBetween } from '../metres';
import { byHand, usePlaceOf } from '../actions/report';
import type { LonLat } from '../api/client';
import { t } from '../i18n';
import { type Chosen, chosen, located, place } from '../state';
import { showMetres } from '../time';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';

/** Nearer than this the photo says nothing new. */
const near_m = 30;

/** Photos for the report: chosen or taken, seen before they are sent; one that knows where it was taken says so. */
export function PhotoPicker() {
  const gps = chosen.value.find((photo) => photo.gps)?.gps;
  return (
    <fieldset class="field">
      <legend>{t('photo.title')}</legend>
      <ul class="thumbs">
        {chosen.value.map((photo, number) => (
          <li key={photo.url}>
            <img src={photo.url} alt={t('photo.number', { n: number + 1 })} />
            <button type="button" class="thumb-drop" aria-label={t('photo.drop', { n: number + 1 })} onClick={() => dropPhoto(photo)}>
              <Icon name="close" />
            </button>
          </li>
        ))}
        {byHand.matches && (
          <li>
            <PhotoButton label={t('photo.take')} take={(files) => void choosePhotos(files)} camera />
          </li>
        )}
        <li>
          <PhotoButton label={t(byHand.matches ? 'photo.pick' : 'photo.add')} take={(files) => void choosePhotos(files)} several />
        </li>
      </ul>
      <p class="hint">{t('photo.hint')}</p>
      {gps && <PlaceHint gps={gps} />}
    </fieldset>
  );
}

function PlaceHint({ gps }: { gps: LonLat }) {
  const at = located.value.value?.point;
  const far = place.value && at ? metresBetween(at, gps) : null;
  if (far !== null && far < near_m) return null;
  return (
    <div class="photo-hint" role="status">
      <Icon name="pin" />
      <span>{far === null ? t('photo.hasPlace') : t('photo.elsewhere', { d: showMetres(far) })}</span>
      <button type="button" class="button" onClick={() => usePlaceOf(gps)}>
        {t('photo.usePlace')}
      </button>
    </div>
  );
}

/** Opens the phone's camera or the files; looks like a picture that is still missing. */
export function PhotoButton(given: { label: string; take: (files: File[]) => void; several?: boolean; disabled?: boolean; camera?: boolean }) {
  const { label, take, several = false, disabled = false, camera = false } = given;
  const picked = (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])];
    input.value = ''; // else the same file again would be no change
    if (files.length > 0) take(files);
  };
  return (
    <label class={disabled ? 'thumb-add off' : 'thumb-add'}>
      <Icon name="photo" />
      <span>{label}</span>
      <input
        type="file"
        class="only-read"
        accept={accepted}
        multiple={several}
        capture={camera ? 'environment' : undefined}
        disabled={disabled}
        onChange={(event) => picked(event.currentTarget)}
      />
    </label>
  );
}

/** What became of the photos after the report was taken in. */
export function SentPhotos() {
  const photos = chosen.value;
  if (photos.length === 0) return null;
  const failed = photos.find(({ state }) => state === 'failed');
  const sent = photos.filter(({ state }) => state === 'sent').length;
  return (
    <section class="block" data-sent={sent}>
      <h3>{t('photo.title')}</h3>
      <ul class="thumbs">
        {photos.map((photo, number) => (
          <li key={photo.url} class={photo.state}>
            <img src={photo.url} alt={t('photo.number', { n: number + 1 })} />
            <span class="thumb-state">{stateWords(photo)}</span>
          </li>
        ))}
      </ul>
      {failed?.problem && <Failed problem={failed.problem} retry={() => void sendPhotos()} />}
    </section>
  );
}

const stateWords = ({ state }: Chosen): string => t(`photo.${state}`);
