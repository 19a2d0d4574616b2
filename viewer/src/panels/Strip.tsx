import type { ComponentChildren } from 'preact';
import { t } from '../i18n';
import { expired, lostAt, signInOpen } from '../state';
import { showTime } from '../time';
import { Icon } from '../ui/Icon';

/** What holds for the whole page: the connection is lost, or the server has forgotten who was signed in. */
export function Strip() {
  return (
    <>
      {lostAt.value && <Line>{t('app.lost', { time: showTime(lostAt.value) })}</Line>}
      {expired.value && (
        <Line>
          {t('session.expired')}
          <button type="button" class="button" onClick={() => (signInOpen.value = true)}>
            {t('session.again')}
          </button>
          <button type="button" class="link" aria-label={t('app.close')} onClick={() => (expired.value = false)}>
            <Icon name="close" />
          </button>
        </Line>
      )}
    </>
  );
}

function Line({ children }: { children: ComponentChildren }) {
  return (
    <div class="strip" role="alert">
      <Icon name="alert" />
      {children}
    </div>
  );
}
