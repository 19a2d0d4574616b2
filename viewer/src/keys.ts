import { readAddress } from './address';
import { turnPhotos } from './actions/photos';
import { closeReport } from './actions/report';
import { lightbox, picked, reporting, signInOpen } from './state';

/** `/` goes to the search, Escape closes what lies on top; a new address is followed. */
export function followKeys(): () => void {
  document.addEventListener('keydown', press);
  addEventListener('hashchange', readAddress);
  return () => {
    document.removeEventListener('keydown', press);
    removeEventListener('hashchange', readAddress);
  };
}

function press(event: KeyboardEvent): void {
  const typing = event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
  if (event.key === '/' && !typing) {
    event.preventDefault();
    document.getElementById('search')?.focus();
  }
  if (lightbox.peek()) turnPhotos({ ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0);
  if (event.key === 'Escape' && !event.defaultPrevented && !signInOpen.peek() && !lightbox.peek()) closeTop();
}

function closeTop(): void {
  if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
  else if (reporting.peek()) closeReport();
  else picked.value = null;
}
