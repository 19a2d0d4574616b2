import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { FieldError } from '../api/client';
import { faultText } from '../i18n';

type Given = {
  label: string;
  hint?: string | undefined;
  error?: FieldError | string | undefined;
  children: (attributes: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ComponentChildren;
};

/** A labelled control; its fault is shown below and is read out with it. */
export function Field({ label, hint, error, children }: Given) {
  const id = useId();
  const notes = `${id}-notes`;
  return (
    <div class={error ? 'field wrong' : 'field'}>
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': notes, 'aria-invalid': Boolean(error) })}
      <div id={notes} class="notes">
        {error ? <Wrong error={error} /> : hint && <span class="hint">{hint}</span>}
      </div>
    </div>
  );
}

function Wrong({ error }: { error: FieldError | string }) {
  if (typeof error === 'string') return <span class="error">{error}</span>;
  return (
    <span class="error" data-fault={error.field.split('.').at(-1)}>
      {faultText(error)}
    </span>
  );
}
