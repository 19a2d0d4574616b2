import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/client';
import { faultText, t, term } from '../i18n';
import { Icon, type IconName } from './Icon';

/** A quiet message in place of content: nothing found, not allowed, nothing chosen. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

type FailedGiven = { problem: Problem; fields?: string[]; retry?: () => void; said?: typeof faultText };

/** What the server said when something failed; faults that belong to a field are left to the field. `said`: how much of it. */
export function Failed({ problem, fields = [], retry, said = faultText }: FailedGiven) {
  const title = problem.status === 0 ? t('app.unreachable') : titleOf(problem);
  const rest = problem.errors.filter(({ field }) => !fields.includes(field.split('.').at(-1) ?? ''));
  return (
    <div class="failed" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{title}</strong>
        {rest.map((fault) => (
          <p key={fault.field + fault.message}>{said(fault)}</p>
        ))}
        {retry && (
          <button type="button" class="link" onClick={retry}>
            {t('app.retry')}
          </button>
        )}
      </div>
    </div>
  );
}

/** Our own word for the status, the server's where we have none. */
function titleOf({ status, title }: Problem): string {
  const words = term('problem', String(status));
  return words === String(status) ? title : words;
}

export function Skeleton({ rows }: { rows: number }) {
  return (
    <div class="skeleton" role="status" aria-label={t('app.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}
