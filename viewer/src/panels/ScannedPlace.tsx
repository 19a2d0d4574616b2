import { chooseNamed } from '../actions/scan';
import { t } from '../i18n';
import { named, scanned } from '../state';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';

/** The grid of a scanned code; several to choose from where it was divided since it was printed. */
export function ScannedPlace() {
  const { value, problem } = scanned.value;
  if (problem) return <Failed problem={problem} />;
  if (!value) return <p class="hint">{t('app.loading')}</p>;
  const at = named.value;
  return (
    <>
      {value.areas.length > 1 && (
        <div class="heirs">
          <p class="hint">{t('report.codeMany', { code: value.code })}</p>
          {value.areas.map((area) => (
            <button
              key={area.code}
              type="button"
              class="button wide"
              aria-pressed={at?.code === area.code}
              onClick={() => void chooseNamed(area)}
            >
              {area.name} <code>{area.code}</code>
            </button>
          ))}
        </div>
      )}
      {value.areas.length === 0 && <p class="hint">{t('report.codeNone', { code: value.code })}</p>}
      {at && (
        <div class="where" aria-live="polite" data-grid={at.code}>
          <Icon name="scan" />
          <div>
            <p>
              <span class="hint">{t('report.gridIs')}</span> <strong>{at.name}</strong> <code>{at.code}</code>
            </p>
            {value.name !== at.name && <p class="hint">{value.name}</p>}
            <p class="hint">{t('report.codeOne')}</p>
          </div>
        </div>
      )}
    </>
  );
}
