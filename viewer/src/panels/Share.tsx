import { useSignal } from '@preact/signals';
import { home } from '../home';
import { t } from '../i18n';
import { Copied } from '../ui/Copied';
import { Icon } from '../ui/Icon';

/** The end of a ticket's number, which no other ticket has: short enough for the telephone. */
export const spokenNumber = (number: string): string => number.split('-').at(-1)?.replace(/^0+/, '') || number;

/** How a ticket reaches somebody else: by its short number, or by a link that shows what is public of it. */
export function Share({ number }: { number: string }) {
  const copied = useSignal(false);
  const url = `${home}#ticket=${encodeURIComponent(number)}`;
  const share = async () => {
    if (typeof navigator.share === 'function') return navigator.share({ title: t('app.title'), text: t('share.text', { number: spokenNumber(number) }), url }).catch(() => undefined);
    return navigator.clipboard.writeText(url).then(() => void (copied.value = true), () => undefined);
  };
  return (
    <div class="share">
      <p>
        <span class="hint">{t('share.say')}</span> <strong data-spoken>{t('share.number', { number: spokenNumber(number) })}</strong>
      </p>
      {window.isSecureContext && (
        <button type="button" class="button" data-share={url} onClick={() => void share()}>
          <Icon name={copied.value ? 'check' : 'share'} />
          {t(copied.value ? 'report.copied' : 'share.link')}
        </button>
      )}
      <Copied done={copied.value} />
    </div>
  );
}
