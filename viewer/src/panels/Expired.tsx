import { t } from '../i18n';
import { expired, signInOpen } from '../state';
import { Icon } from '../ui/Icon';

/** Says that the server has forgotten who was signed in; what only staff may see has gone with it. */
export function Expired() {
  if (!expired.value) return null;
  return (
    <div class="expired" role="alert">
      <Icon name="alert" />
      <span>{t('session.expired')}</span>
      <button type="button" class="button" onClick={() => (signInOpen.value = true)}>
        {t('session.again')}
      </button>
      <button type="button" class="link" aria-label={t('app.close')} onClick={() => (expired.value = false)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
