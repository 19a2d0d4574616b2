import { useEffect, useRef } from 'preact/hooks';
import { type Key, t } from '../i18n';
import { helpOpen } from '../state';
import { Icon } from '../ui/Icon';

const keys: [string[], Key][] = [
  [['/'], 'help.search'],
  [['m'], 'help.map'],
  [['←', '↑', '→', '↓'], 'help.pan'],
  [['+', '−'], 'help.zoom'],
  [['Enter'], 'help.open'],
  [['Backspace'], 'help.undo'],
  [['Esc'], 'help.close'],
  [['?'], 'help.help'],
];

/** What the keyboard does; `?` opens it. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [helpOpen.value]);
  return (
    <dialog ref={dialog} class="dialog help" aria-labelledby="help-title" onClose={() => (helpOpen.value = false)}>
      <header>
        <h2 id="help-title">{t('help.title')}</h2>
        <button type="button" class="link" aria-label={t('app.close')} onClick={() => (helpOpen.value = false)}>
          <Icon name="close" />
        </button>
      </header>
      <dl>
        {keys.map(([names, words]) => (
          <div key={words}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
