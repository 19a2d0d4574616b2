import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';
import { Icon } from '../ui/Icon';

/** The head of a page that lies over the area's: how to get back, what it is. */
export function PageHead({ title, back, children }: { title: string; back: () => void; children?: ComponentChildren }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => takeFocus(head.current), []);
  return (
    <div class="page-head">
      <button type="button" class="link back" onClick={back}>
        <Icon name="back" />
        {t('app.back')}
      </button>
      <h2 ref={head} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </div>
  );
}

/** Where the focus went with the page before, it goes on with this one; a focus on the map stays there. */
function takeFocus(head: HTMLElement | null): void {
  const held = document.activeElement;
  if (held === null || held === document.body || held.closest('#panel')) head?.focus({ preventScroll: true });
}
