import { batch, effect } from '@preact/signals';
import { enterNetwork, forgetAreas, moveTo } from './actions/areas';
import { type Entry, routeOf } from './actions/pages';
import { closeReport, openReport } from './actions/report';
import { openScanned } from './actions/scan';
import { showTicket } from './actions/tickets';
import { speak } from './i18n';
import { type Page, firstTab, format, isBare, landmark, noFilter, parse, type Route } from './route';
import {
  areaIndex,
  areaTick,
  at,
  called,
  closedShown,
  comparing,
  figuresAsk,
  filter,
  goal,
  home,
  layersOff,
  network,
  picked,
  reporting,
  scanCode,
  scope,
  snap,
  tab,
  view,
} from './state';

/** Shows what the page's address says: `#m=zoom/lat/lon&sel=code&ticket=number...` (route.ts); `?report=code` of a QR code. From then on another address is shown at once, also while the page is still starting. */
export function readAddress(): void {
  addEventListener('popstate', step);
  const scan = new URLSearchParams(location.search).get('report');
  const route = parse(location.hash);
  arrive(scan ? { ...route, page: { what: 'report', code: scan } } : route);
}

let shown = '';
let stepping = false;
let writing = false;
let following = false;

function arrive(route: Route): void {
  called.value = isBare(route) ? null : route;
  show(route);
}

/** Keeps the address in step with what is shown: an entry in the history for each page, none for moves of the map. */
export function followAddress(): () => void {
  following = true;
  const stop = effect(() => {
    void routeOf();
    writeSoon();
  });
  return () => {
    following = false;
    stop();
  };
}

function writeSoon(): void {
  if (!writing) queueMicrotask(write);
  writing = true;
}

/** Several things that change at once are one entry. */
function write(): void {
  writing = false;
  const route = routeOf();
  const next = landmark(route);
  const hash = format(route);
  const address = location.pathname + (hash && `#${hash}`);
  if (shown === '' || next === landmark(parse(shown)) || stepping) history.replaceState(history.state, '', address);
  else history.pushState({ from: shown } satisfies Entry, '', address);
  shown = hash || '#';
  stepping = false;
}

/** The browser went back or on, or another address was typed. */
function step(): void {
  stepping = following;
  arrive(parse(location.hash));
  if (following) writeSoon();
}

/** While the page starts, what begins it moves the map; a map that was never moved has a place, too, though `view` is null. */
function show(route: Route): void {
  const { area, network: wanted, view: place, page } = route;
  const moves = wanted !== network.peek();
  const turns = route.at !== at.peek();
  if (moves || turns) forgetAreas();
  batch(() => {
    speak(route.lang);
    network.value = wanted;
    if (moves) areaIndex.value = null;
    scope.value = area || (moves ? null : (home.peek()?.properties.code ?? null));
    tab.value = route.tab;
    if (JSON.stringify(filter.peek()) !== JSON.stringify({ ...filter.peek(), ...route.filter })) filter.value = route.filter; // else the list would be asked for again
    figuresAsk.value = route.figures;
    layersOff.value = new Set(route.off);
    closedShown.value = route.closed;
    at.value = route.at;
    if (turns && following) areaTick.value++;
    comparing.value = route.changes;
    view.value = place ?? view.peek();
    if (following && place) goal.value = { view: place };
    open(page, !place);
    if (page.what === 'area' && isOfList(route) && snap.peek() === 'peek') snap.value = 'half';
  });
  if (moves && following) void enterNetwork();
  const code = area || home.peek()?.properties.code;
  if (following && !place && code && page.what === 'area') void moveTo(code);
}

/** Does it name an area, figures or a part of the list, which a low sheet would not show? */
const isOfList = ({ area, tab: wanted, filter: only }: Route): boolean => area !== '' || wanted !== firstTab('') || JSON.stringify(only) !== JSON.stringify(noFilter);

function open(page: Page, move: boolean): void {
  if (page.what !== 'report' && reporting.peek()) closeReport();
  if (page.what === 'report') {
    if (page.code && page.code !== scanCode.peek()) void openScanned(page.code);
    else if (!reporting.peek()) openReport();
  } else if (page.what === 'ticket') void showTicket(page.number, move);
  else if (page.what === 'thing') picked.value = { ...page, thing: null };
  else picked.value = page.what === 'area' ? null : page;
  if (page.what === 'follow' || page.what === 'desk') snap.value = 'full';
  else if (page.what !== 'area' && snap.peek() === 'peek') snap.value = 'half';
  else if (page.what === 'area' && snap.peek() === 'full') snap.value = 'half';
}
