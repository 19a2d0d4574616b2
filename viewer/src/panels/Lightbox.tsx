import { useEffect, useRef } from 'preact/hooks';
import { closePhotos, turnPhotos } from '../actions/photos';
import { t } from '../i18n';
import { lightbox } from '../state';
import { Icon } from '../ui/Icon';

/** One picture, as large as the window, with those beside it; Escape or a press beside it closes. */
export function Lightbox() {
  return lightbox.value && <Shown {...lightbox.value} />;
}

function Shown({ sources, at }: { sources: string[]; at: number }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="lightbox" aria-label={t('photo.title')} onClose={closePhotos}>
      <button type="button" class="lightbox-ground" tabIndex={-1} aria-hidden="true" onClick={closePhotos} />
      <img src={sources[at] ?? ''} alt={t('photo.number', { n: at + 1 })} />
      <button type="button" class="lightbox-close" aria-label={t('app.close')} onClick={closePhotos}>
        <Icon name="close" />
      </button>
      {sources.length > 1 && <Turns at={at} of={sources.length} />}
    </dialog>
  );
}

function Turns({ at, of }: { at: number; of: number }) {
  return (
    <p class="lightbox-turns">
      <button type="button" aria-label={t('photo.before')} disabled={at === 0} onClick={() => turnPhotos(-1)}>
        <Icon name="back" />
      </button>
      <span aria-live="polite">
        {at + 1} / {of}
      </span>
      <button type="button" aria-label={t('photo.after')} disabled={at === of - 1} onClick={() => turnPhotos(1)}>
        <Icon name="next" />
      </button>
    </p>
  );
}
