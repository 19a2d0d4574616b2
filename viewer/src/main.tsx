import { render } from 'preact';
import { followScope } from './actions/areas';
import { begin } from './actions/begin';
import { followChanges } from './actions/deltas';
import { followFollowed, readKept } from './actions/follow';
import { followFigures } from './actions/figures';
import { followNames } from './actions/names';
import { followPlace } from './actions/report';
import { followSession, resumeSession } from './actions/session';
import { followThings } from './actions/things';
import { followTime } from './actions/time';
import { followTickets } from './actions/tickets';
import { followLists } from './actions/worklists';
import { followAddress, readAddress } from './address';
import { App } from './app';
import { Wall } from './panels/WallPage';
import { followKeys } from './keys';
import { followServer, opened } from './live';
import { followOwnWork, openHomePage } from './actions/desks';
import { followWaiting } from './actions/waiting';
import { areaTick, called, deserted, picked, reporting, resuming, roomy, session, theme } from './state';
import { followSteps } from './actions/work';
import { startClock } from './time';
import { followTitle } from './title';
import './styles/tokens.css';
import './styles/controls.css';
import './styles/frame.css';
import './styles/panel.css';
import './styles/figures.css';
import './styles/map.css';
import './styles/photos.css';
import './styles/time.css';
import './styles/tools.css';
import './styles/phone.css';
import './styles/touch.css';

async function start(): Promise<void> {
  readKept();
  readAddress();
  roomy.value = matchMedia('(min-width: 901px)').matches;
  render(theme.peek() === 'wall' ? <Wall /> : <App />, document.getElementById('app') as HTMLElement);
  startClock();
  followKeys();
  followTitle();
  followScope();
  followPlace();
  followFollowed();
  followSession();
  await resumeSession();
  resuming.value = false;
  followSteps();
  followOwnWork();
  followServer();
  followChanges();
  followWaiting();
  const begun = begin(opened);
  await opened;
  followTickets();
  followThings();
  followTime();
  followLists();
  followFigures();
  followNames();
  followAddress();
  await begun;
  const isUntouched = !picked.peek() && !reporting.peek();
  if (!called.peek() && isUntouched && session.peek()) openHomePage();
  followFirstBoundaries();
}

/** A server without boundaries gets its first ones while the page is open. */
function followFirstBoundaries(): void {
  areaTick.subscribe(() => {
    if (deserted.peek()) void begin();
  });
}

/** The page opens without a network, too; browsers have that on secure connections only. */
if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('./sw.js').catch(() => undefined);

void start();
