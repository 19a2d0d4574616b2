import { batch } from '@preact/signals';
import { api, ask } from '../api/client';
import { areaIndex, config, filter, home, network, networks, noFilter, picked, scope, snap, tab } from '../state';
import { forgetAreas, moveTo, openHome } from './areas';

/** Which networks there are; a district with the unified grid alone has nothing to choose. */
export async function loadNetworks(): Promise<void> {
  networks.value = await ask(api.GET('/api/v1/networks'));
}

/** Shows another network: its areas, codes and tickets, from its top. */
export async function chooseNetwork(id: string): Promise<void> {
  const wanted = id === config.peek().network ? '' : id;
  if (wanted === network.peek()) return;
  batch(() => {
    network.value = wanted;
    picked.value = null;
    filter.value = noFilter;
    scope.value = null;
    areaIndex.value = null;
    tab.value = 'tickets';
    if (snap.peek() === 'peek') snap.value = 'half';
  });
  forgetAreas();
  await openHome();
  await moveTo(home.peek()?.properties.code ?? '');
}
