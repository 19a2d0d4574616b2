import { t } from '../i18n';
import { draft } from '../state';
import { Field } from '../ui/Field';

/** Who wants to be called back says so; nobody has to. */
export function ContactFields() {
  const { name, phone } = draft;
  return (
    <details class="contact" open={Boolean(name.peek() || phone.peek())}>
      <summary>{t('contact.title')}</summary>
      <p class="hint">{t('contact.hint')}</p>
      <Field label={t('contact.name')}>
        {(attributes) => (
          <input {...attributes} type="text" name="contact" autocomplete="name" maxLength={80} value={name} onInput={(event) => (name.value = event.currentTarget.value)} />
        )}
      </Field>
      <Field label={t('contact.phone')}>
        {(attributes) => (
          <input {...attributes} type="tel" name="phone" autocomplete="tel" maxLength={40} value={phone} onInput={(event) => (phone.value = event.currentTarget.value)} />
        )}
      </Field>
    </details>
  );
}
