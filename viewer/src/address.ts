import { effect } from '@preact/signals';
import { openFollow } from './actions/follow';
import { openScanned } from './actions/scan';
import { chooseTicket } from './actions/tickets';
import { speak } from './i18n';
import { home, lang, layersOff, network, picked, scope, tab, view, type View } from './state';

/**
 * The page's address: `#m=zoom/lat/lon&net=network&sel=code&ticket=number&follow=number&off=layer,layer&lang=en`; `?report=code` of a
 * QR code.
 */
export function readAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1));
  speak(given.get('lang') === 'en' ? 'en' : 'zh-CN');
  network.value = given.get('net') ?? '';
  view.value = readView(given.get('m'));
  const chosen = given.get('sel');
  if (chosen) {
    scope.value = chosen;
    tab.value = 'facts';
  }
  layersOff.value = new Set((given.get('off') ?? '').split(',').filter(Boolean));
  const number = given.get('ticket');
  if (number) void chooseTicket(number, !view.value);
  const own = given.get('follow');
  if (own !== null) openFollow(own);
  const code = new URLSearchParams(location.search).get('report');
  if (code) void openScanned(code);
}

function readView(text: string | null): View | null {
  const [zoom, lat, lon] = (text ?? '').split('/').map(Number);
  const good = [zoom, lat, lon].every((part) => Number.isFinite(part));
  return good ? { zoom: zoom ?? 0, lat: lat ?? 0, lon: lon ?? 0 } : null;
}

/** Writes what is shown into the address, without a step in the history for each move of the map. */
export function followAddress(): () => void {
  return effect(() => {
    const parts: string[] = [];
    const seen = view.value;
    if (seen) parts.push(`m=${seen.zoom.toFixed(2)}/${seen.lat.toFixed(5)}/${seen.lon.toFixed(5)}`);
    if (scope.value && scope.value !== home.value?.properties.code) parts.push(`sel=${encodeURIComponent(scope.value)}`);
    if (picked.value?.what === 'follow') parts.push(`follow=${encodeURIComponent(picked.value.number)}`);
    if (picked.value?.what === 'ticket') parts.push(`ticket=${encodeURIComponent(picked.value.number)}`);
    if (network.value) parts.push(`net=${encodeURIComponent(network.value)}`);
    if (layersOff.value.size > 0) parts.push(`off=${[...layersOff.value].join(',')}`);
    if (lang.value !== 'zh-CN') parts.push(`lang=${lang.value}`);
    history.replaceState(null, '', location.pathname + (parts.length > 0 ? `#${parts.join('&')}` : ''));
  });
}
