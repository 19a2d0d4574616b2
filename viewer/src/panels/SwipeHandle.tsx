import { t } from '../i18n';
import { swipe } from '../state';

/** The line on the map between before and after, moved by pointer, finger and arrow keys. */
export function SwipeHandle() {
  const at = swipe.value;
  if (at === null) return null;
  return (
    <div class="swipe">
      <span class="swipe-line" aria-hidden="true" style={{ insetInlineStart: `calc(22px + (100% - 44px) * ${at / 100})` }} />
      <input type="range" min={0} max={100} step={1} value={at} aria-label={t('map.swipe')} onInput={(event) => (swipe.value = event.currentTarget.valueAsNumber)} />
    </div>
  );
}
