import { t } from '../i18n';
import { categories, lang, nearby } from '../state';
import { categoryName } from '../tickets';
import { showAgo } from '../time';
import { DueBadge } from '../ui/DueBadge';

const most = 4;

/** Open tickets of the same grid, so that nobody need report the same thing twice. */
export function Nearby() {
  const found = nearby.value;
  if (found.length === 0) return null;
  return (
    <section class="nearby" aria-live="polite">
      <h3>{t('report.nearby', { n: found.length })}</h3>
      <p class="hint">{t('report.nearbyHint')}</p>
      <ul>
        {found.slice(0, most).map((one) => (
          <li key={one.number}>
            <span>{categoryName(one.category, categories.value, lang.value)}</span>
            <span class="hint">{showAgo(one.received_at)}</span>
            <DueBadge ticket={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}
