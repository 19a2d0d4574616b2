import { type Ending, exportAddress } from '../actions/worklists';
import { t } from '../i18n';
import { Icon } from '../ui/Icon';

const endings: Ending[] = ['csv', 'xlsx', 'geojson'];

/** All tickets of the list's filter as a file, also those past the list's end. */
export function Exports() {
  return (
    <p class="exports">
      <span class="hint">{t('export.label')}</span>
      {endings.map((ending) => (
        <a key={ending} class="button" data-export={ending} href={exportAddress(ending)} download>
          <Icon name="save" />
          {t(`export.${ending}`)}
        </a>
      ))}
    </p>
  );
}
