import { t } from '../i18n';

/** Says to who does not see it that something was copied: a button that is pressed is not read again. */
export function Copied({ done }: { done: boolean }) {
  return (
    <span class="only-read" role="status">
      {done && t('report.copied')}
    </span>
  );
}
