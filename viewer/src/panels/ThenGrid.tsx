import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { locateThen } from '../actions/time';
import type { LonLat } from '../api/client';
import { t } from '../i18n';
import { at } from '../state';
import { showDay } from '../time';

/** Which grid a place belonged to at the map's date; nothing while the map shows now. */
export function ThenGrid({ place }: { place: LonLat }) {
  const words = useSignal('');
  const date = at.value;
  useEffect(() => {
    words.value = '';
    let gone = false;
    if (date) {
      void locateThen(place, date).then(
        ({ grid }) => {
          if (!gone) words.value = grid ? `${grid.name} ${grid.code}` : t('list.noGrid');
        },
        () => undefined,
      );
    }
    return () => {
      gone = true;
    };
  }, [date, place.lon, place.lat]);
  if (!date || !words.value) return null;
  return (
    <p class="then" role="status">
      {t('time.then', { date: showDay(date), grid: words.value })}
    </p>
  );
}
