import { openFollow } from '../actions/follow';
import { signOut } from '../actions/session';
import { roleName, speak, t } from '../i18n';
import { config, home, lang, live, session, signInOpen, waiting } from '../state';
import { Icon, Mark } from '../ui/Icon';
import { SearchBox } from './SearchBox';

export function Header() {
  const english = lang.value === 'en';
  return (
    <header class="top">
      <div class="brand">
        <Mark />
        <div>
          <h1>{t('app.title')}</h1>
          <p>
            {home.value?.properties.name ?? 'gisgrid'}
            {config.value.sample && <span class="sample">{t('app.sample')}</span>}
          </p>
        </div>
      </div>
      <SearchBox />
      <div class="top-tools">
        <LiveDot />
        <button
          type="button"
          class="top-button"
          lang={english ? 'zh-CN' : 'en'}
          onClick={() => speak(english ? 'zh-CN' : 'en')}
        >
          <Icon name="globe" />
          <span class="long">{t('app.lang')}</span>
          <span class="short">
            {t('app.langShort')}
          </span>
        </button>
        <button type="button" class="top-button" aria-label={t('follow.open')} title={t('follow.open')} onClick={() => openFollow()}>
          <Icon name="inbox" />
          <span>{t('follow.mine')}</span>
          {waiting.value.length > 0 && <b class="dot">{waiting.value.length}</b>}
        </button>
        {session.value ? <WhoIsIn /> : <SignInButton />}
      </div>
    </header>
  );
}

function LiveDot() {
  const text = t(`app.${live.value}`);
  return (
    <span class={`live ${live.value}`} role="status" title={text}>
      <span class="only-read">{text}</span>
    </span>
  );
}

function SignInButton() {
  return (
    <button type="button" class="top-button" aria-label={t('session.in')} onClick={() => (signInOpen.value = true)}>
      <Icon name="user" />
      <span>{t('session.in')}</span>
    </button>
  );
}

function WhoIsIn() {
  const who = session.value;
  return (
    <>
      <span class="who">
        <strong>{who?.name}</strong>
        <span>{roleName(who?.role ?? '')}</span>
      </span>
      <button type="button" class="top-button" aria-label={t('session.out')} title={t('session.out')} onClick={() => void signOut()}>
        <Icon name="leave" />
      </button>
    </>
  );
}
