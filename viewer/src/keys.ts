import { turnPhotos } from './actions/photos';
import { goUp } from './actions/pages';
import { endMeasure, takeBack } from './actions/measure';
import { helpOpen, lightbox, measured, picked, printOpen, reporting, signInOpen } from './state';

/** `/` goes to the search, `m` to the map, `?` says what the keys do, Escape closes what lies on top. */
export function followKeys(): () => void {
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}

function press(event: KeyboardEvent): void {
  const typing = event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
  if (event.key === '/' && !typing) {
    event.preventDefault();
    document.getElementById('search')?.focus();
  }
  if (event.key === '?' && !typing) helpOpen.value = true;
  if (event.key === 'm' && !typing && !event.ctrlKey && !event.metaKey) document.querySelector<HTMLElement>('#map canvas')?.focus();
  if (measured.peek() && event.key === 'Backspace' && !typing) takeBack();
  if (lightbox.peek()) turnPhotos({ ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0);
  if (event.key === 'Escape' && !event.defaultPrevented && !signInOpen.peek() && !helpOpen.peek() && !printOpen.peek() && !lightbox.peek()) closeTop();
}

function closeTop(): void {
  if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
  else if (measured.peek()) endMeasure();
  else if (reporting.peek() || picked.peek()) goUp();
}
