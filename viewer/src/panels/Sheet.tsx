import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '../i18n';
import { type Snap, snap } from '../state';

const order: Snap[] = ['peek', 'half', 'full'];
const far_px = 40;

/** The side panel; on a phone a sheet that is dragged, or stepped by its handle, to three heights. */
export function Sheet({ children }: { children: ComponentChildren }) {
  const from = useRef<number | null>(null);
  const grab = (event: PointerEvent) => {
    from.current = event.clientY;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const drop = (event: PointerEvent) => {
    const travelled = event.clientY - (from.current ?? event.clientY);
    from.current = null;
    if (Math.abs(travelled) > far_px) move(travelled < 0 ? 1 : -1);
    else moveOn();
  };
  return (
    <aside id="panel" class="panel" aria-label={t('app.panel')} tabIndex={-1}>
      <button
        type="button"
        class="handle"
        aria-label={t('app.sheet')}
        aria-expanded={snap.value !== 'peek'}
        onPointerDown={grab}
        onPointerUp={drop}
        onKeyDown={(event) => event.key === 'Enter' && moveOn()}
      />
      {children}
    </aside>
  );
}

function move(steps: number): void {
  const place = Math.max(0, Math.min(order.length - 1, order.indexOf(snap.peek()) + steps));
  snap.value = order[place] ?? 'half';
}

const moveOn = (): void => (snap.peek() === 'full' ? move(-2) : move(1));
