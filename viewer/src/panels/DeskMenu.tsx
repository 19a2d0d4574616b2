import { useEffect, useRef } from 'preact/hooks';
import { openDesk, openFigures, openMap, ownDesks } from '../actions/desks';
import { t } from '../i18n';
import { picked, reporting, session, tab } from '../state';

/** The pages of who is signed in, the first of them the map's own. */
export function DeskMenu() {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }));
  if (!session.value) return null;
  const desks = ownDesks();
  const on = picked.value?.what === 'desk' ? picked.value.desk : reporting.value || picked.value ? '' : tab.value === 'figures' ? 'figures' : 'map';
  const entry = (name: Parameters<typeof t>[0], key: string, open: () => void) => (
    <button key={key} type="button" data-desk={key} aria-current={on === key ? 'page' : undefined} onClick={open}>
      {t(name)}
    </button>
  );
  return (
    <nav ref={bar} class="desks" aria-label={t('desk.menu')}>
      {entry('desk.map', 'map', openMap)}
      {desks.map((desk) => entry(`desk.${desk}`, desk, () => openDesk(desk)))}
      {entry('desk.figures', 'figures', openFigures)}
    </nav>
  );
}
