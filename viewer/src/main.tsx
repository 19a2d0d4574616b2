import { render } from 'preact';
import { followScope, loadIndex, openHome } from './actions/areas';
import { followChanges } from './actions/deltas';
import { loadCategories, loadConfig } from './actions/catalogue';
import { followFollowed, readKept } from './actions/follow';
import { followFigures } from './actions/figures';
import { followPlace } from './actions/report';
import { followSession, resumeSession } from './actions/session';
import { loadNetworks } from './actions/networks';
import { followTickets } from './actions/tickets';
import { followLists } from './actions/worklists';
import { followAddress, readAddress } from './address';
import { asProblem } from './api/client';
import { App } from './app';
import { followKeys } from './keys';
import { followServer, opened } from './live';
import { area, layersOpen } from './state';
import { startClock } from './time';
import { followTitle } from './title';
import './styles/tokens.css';
import './styles/controls.css';
import './styles/frame.css';
import './styles/panel.css';
import './styles/figures.css';
import './styles/map.css';
import './styles/photos.css';
import './styles/phone.css';

async function start(): Promise<void> {
  readKept();
  readAddress();
  layersOpen.value = matchMedia('(min-width: 901px)').matches;
  render(<App />, document.getElementById('app') as HTMLElement);
  startClock();
  followKeys();
  followTitle();
  followScope();
  followPlace();
  followFollowed();
  followSession();
  await resumeSession();
  followServer();
  followChanges();
  await Promise.all([loadConfig().catch(() => undefined), loadNetworks().catch(() => undefined), opened]);
  followTickets();
  followLists();
  followFigures();
  followAddress();
  void loadCategories().catch(() => undefined);
  await openHome()
    .then(() => void loadIndex().catch(() => undefined))
    .catch((thrown) => (area.value = { value: null, loading: false, problem: asProblem(thrown) }));
}

void start();
