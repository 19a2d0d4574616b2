import type { ComponentChildren } from 'preact';
import type { FieldError, Problem } from '../api/client';
import { faultText, problemTitle, t } from '../i18n';
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

/** What the server said when something failed; a fault that a field shows leads there. `said`: how much of the others. */
export function Failed({ problem, fields = [], retry, said = faultText }: FailedGiven) {
  return (
    <div class="failed" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{problemTitle(problem)}</strong>
        {problem.errors.map((fault) => (
          <p key={fault.field + fault.message}>{fields.includes(lastName(fault)) ? <ToField fault={fault} /> : said(fault)}</p>
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

/** What is wrong with a field that may be out of sight; pressed, it leads there. */
function ToField({ fault }: { fault: FieldError }) {
  const show = (event: Event): void => {
    const form = (event.currentTarget as Element).closest('form, dialog, section, .panel');
    const field = form?.querySelector(`[data-fault="${lastName(fault)}"]`)?.closest('.field');
    field?.scrollIntoView({ block: 'center' });
    field?.querySelector<HTMLElement>('input, textarea, select, button')?.focus({ preventScroll: true });
  };
  return (
    <button type="button" class="link" onClick={show}>
      {faultText(fault)}
    </button>
  );
}

/** `body.place.lon` is the field `lon`. */
const lastName = ({ field }: FieldError): string => field.split('.').at(-1) ?? '';

export function Skeleton({ rows }: { rows: number }) {
  return (
    <div class="skeleton" role="status" aria-label={t('app.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}
