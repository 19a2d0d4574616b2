import { api, ask } from '../api/client';
import { categories, config, workflows } from '../state';

/** The tree of what can be reported, and the templates of steps; they change seldom, so one fetch is enough. */
export async function loadCategories(): Promise<void> {
  workflows.value = await ask(api.GET('/api/v1/workflows'));
  categories.value = await ask(api.GET('/api/v1/categories'));
}

/** The server's settings: its zone, the network that it means, whether this is the sample. */
export async function loadConfig(): Promise<void> {
  config.value = await ask(api.GET('/api/v1/config'));
}
