import { asProblem } from '../api/client';
import { area, catalogueProblem, networks } from '../state';
import { loadIndex, openHome } from './areas';
import { loadCategories, loadConfig } from './catalogue';
import { loadNetworks } from './networks';

/** What the page needs of the server before it shows anything; asked for again where it failed. `listening`: from when on no change of an area is missed. */
export async function begin(listening: Promise<void> = Promise.resolve()): Promise<void> {
  void beginCatalogue();
  try {
    await Promise.all([loadConfig(), loadNetworks(), listening]);
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
