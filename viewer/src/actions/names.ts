import { effect } from '@preact/signals';
import { api, ask } from '../api/client';
import { areaTick, at, formerNames, ofNetwork, unnamed } from '../state';

/** What an area is or was called, of the shown network or else of the server's own. */
async function readName(code: string): Promise<[string, string][]> {
  const read = (query: { network?: string }) => ask(api.GET('/api/v1/areas/{code}/lineage', { params: { path: { code }, query } }));
  const own = ofNetwork();
  const found = await read(own).catch((thrown: unknown) => (own.network ? read({}) : Promise.reject(thrown)));
  return [[code, found.name]];
}

/** What the areas of now are called; the index is of the map's date. */
async function readNow(): Promise<[string, string][]> {
  const { features } = await ask(api.GET('/api/v1/areas', { params: { query: { ...ofNetwork(), geometry: false } } }));
  return features.map(({ properties }) => [properties.code, properties.name]);
}

async function keep(names: Promise<[string, string][]>): Promise<void> {
  const found = await names.catch(() => []); // a code of something else stays a code
  if (found.length > 0) formerNames.value = new Map([...formerNames.peek(), ...found]);
}

/** Asks what the areas are called that are shown and that the index has not, each once until areas change. */
export function followNames(): () => void {
  const asked = new Set<string>();
  const renew = effect(() => void (areaTick.value && asked.clear()));
  const follow = effect(() => {
    const wanted = [...unnamed.value].filter((code) => !asked.has(code));
    wanted.forEach((code) => asked.add(code));
    if (wanted.length > 0) void name(wanted);
  });
  return () => [renew, follow].forEach((stop) => stop());
}

/** One question names most of those that came after the map's date; the others one after the other, not all at once. */
async function name(wanted: string[]): Promise<void> {
  if (at.peek()) await keep(readNow());
  for (const code of wanted) {
    if (!formerNames.peek().has(code)) await keep(readName(code));
  }
}
