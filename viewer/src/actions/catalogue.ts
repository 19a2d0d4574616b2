import { api, ask } from '../api/client';
import { categories, config } from '../state';

/** The tree of what can be reported; it changes with a deployment only, so one fetch is enough. */
export async function loadCategories(): Promise<void> {
  categories.value = await ask(api.GET('/api/v1/categories'));
}

/** The server's settings: its zone, the network that it means, whether this is the sample. */
export async function loadConfig(): Promise<void> {
  config.value = await ask(api.GET('/api/v1/config'));
}
