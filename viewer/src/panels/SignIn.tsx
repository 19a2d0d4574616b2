import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { signIn } from '../actions/session';
import { t } from '../i18n';
import { useSend } from '../send';
import { config, signInOpen } from '../state';
import { Field } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';

export function SignIn() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (signInOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [signInOpen.value]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="sign-in-title" onClose={() => (signInOpen.value = false)}>
      <header>
        <h2 id="sign-in-title">{t('session.title')}</h2>
        <button type="button" class="link" aria-label={t('app.close')} onClick={() => (signInOpen.value = false)}>
          <Icon name="close" />
        </button>
      </header>
      {signInOpen.value && <SignInForm />}
    </dialog>
  );
}

function SignInForm() {
  const name = useSignal('');
  const secret = useSignal('');
  const { problem, sending, send } = useSend();
  const submit = (event: Event) => {
    event.preventDefault();
    void send(() => signIn(name.value, secret.value));
  };
  return (
    <form onSubmit={submit}>
      <p class="hint">{t('session.hint')}</p>
      <Entry label={t('session.name')} name="name" value={name} kind="text" fill="username" />
      <Entry label={t('session.secret')} name="secret" value={secret} kind="password" fill="current-password" />
      {problem.value?.status === 401 && (
        <p class="error" role="alert">
          {t('session.wrong')}
        </p>
      )}
      {problem.value && problem.value.status !== 401 && <Failed problem={problem.value} />}
      <button type="submit" class="button primary wide" disabled={sending.value}>
        {t('session.in')}
      </button>
      {typeof config.value.oidc === 'string' && (
        <a class="button wide" href="api/v1/sessions/oidc" data-action="oidc">
          {config.value.oidc || t('session.oidc')}
        </a>
      )}
    </form>
  );
}

type EntryGiven = { label: string; name: string; value: { value: string }; kind: 'text' | 'password'; fill: string };

function Entry({ label, name, value, kind, fill }: EntryGiven) {
  return (
    <Field label={label}>
      {(attributes) => {
        const given = {
          ...attributes,
          name,
          required: true,
          autocomplete: fill,
          value: value.value,
          onInput: (event: { currentTarget: HTMLInputElement }) => (value.value = event.currentTarget.value),
        };
        return kind === 'password' ? <input type="password" {...given} /> : <input type="text" {...given} />;
      }}
    </Field>
  );
}
