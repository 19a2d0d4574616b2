import { asProblem } from '../api/client';
import { area, catalogueProblem, networks } from '../state';
import { loadIndex, openHome } from './areas';
import { loadCategories, loadConfig } from './catalogue';
import { loadNetworks } from './networks';

/** What the page needs of the server before it shows anything; asked for again where it failed. */
export async function begin(): Promise<void> {
  void beginCatalogue();
  try {
    await Promise.all([loadConfig(), loadNetworks()]);
    await openHome();
  } catch (thrown) {
    area.value = { value: null, loading: false, problem: asProblem(thrown) };
    return;
  }
  if (networks.peek().length > 0) void loadIndex().catch(() => undefined);
}

export async function beginCatalogue(): Promise<void> {
  catalogueProblem.value = null;
  await loadCategories().catch((thrown) => (catalogueProblem.value = asProblem(thrown)));
}
