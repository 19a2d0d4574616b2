import type { ComponentChildren } from 'preact';
import { t } from '../i18n';
import { Icon } from '../ui/Icon';

/** The head of a page that lies over the area's: how to get back, what it is. */
export function PageHead({ title, back, children }: { title: string; back: () => void; children?: ComponentChildren }) {
  return (
    <div class="page-head">
      <button type="button" class="link back" onClick={back}>
        <Icon name="back" />
        {t('app.back')}
      </button>
      <h2 tabIndex={-1}>
        {title}
      </h2>
      {children}
    </div>
  );
}
