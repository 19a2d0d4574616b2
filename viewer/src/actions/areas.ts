import { batch, effect, untracked } from '@preact/signals';
import { type AreaFeature, type AreaProperties, api, ask, asProblem, type Lineage } from '../api/client';
import { networkName } from '../i18n';
import {
  area,
  areaIndex,
  areaTick,
  at,
  config,
  deserted,
  goal,
  home,
  network,
  networks,
  ofDate,
  ofNetwork,
  picked,
  scope,
  snap,
  tab,
} from '../state';
import { loader } from './load';

export type Bounds = [number, number, number, number];

const known = new Map<string, Promise<AreaFeature>>();

/** Forgets every area that was asked for, because areas changed or another network is shown. */
export const forgetAreas = (): void => known.clear();

/** One area with its shape, as it is now, of no code the whole network; asked for once until areas change. */
export function getArea(code: string): Promise<AreaFeature> {
  const found = known.get(code) ?? askArea(code);
  known.set(code, found);
  found.catch(() => known.delete(code));
  return found;
}

function askArea(code: string): Promise<AreaFeature> {
  if (code === '') return askNetwork();
  return ask(api.GET('/api/v1/areas/{code}', { params: { path: { code }, query: { ...ofNetwork(), ...ofDate() } } }));
}

/** A network without one topmost area, as an area of no code: the ground of its topmost ones together. */
async function askNetwork(): Promise<AreaFeature> {
  const { features } = await ask(api.GET('/api/v1/areas', { params: { query: { ...ofNetwork(), ...ofDate() } } }));
  const tops = features.filter(({ properties }) => !properties.parent);
  const first = tops[0];
  if (!first) throw new Error('a network without areas');
  const id = network.peek() || config.peek().network;
  const properties = { ...first.properties, code: '', name: networkName(id), level: '', kind: '', parent: null };
  const coordinates = tops.flatMap(({ geometry }) => geometry?.coordinates ?? []);
  return { ...first, properties, geometry: { type: 'MultiPolygon', coordinates } };
}

/** Areas without their shapes, in order of their codes. */
async function listAreas(where: { level?: string; parent?: string }): Promise<AreaProperties[]> {
  const query = { ...where, ...ofNetwork(), ...ofDate(), geometry: false };
  return (await ask(api.GET('/api/v1/areas', { params: { query } }))).features.map(({ properties }) => properties);
}

/** The areas right below this one, in order of their codes. */
export function getChildren(code: string): Promise<AreaProperties[]> {
  return code === '' ? listTops() : listAreas({ parent: code });
}

const listTops = async (): Promise<AreaProperties[]> => (await listAreas({})).filter(({ parent }) => !parent);

/** Fills `areaIndex`, if it is not there yet. */
export async function loadIndex(): Promise<AreaProperties[]> {
  return areaIndex.peek() ?? (await renewIndex());
}

async function renewIndex(): Promise<AreaProperties[]> {
  return (areaIndex.value = await listAreas({}));
}

/** How many leaves of each kind lie in this area; null while that is not known. */
export function countLeaves(code: string | null): Record<string, number> | null {
  const index = areaIndex.value;
  if (!index || code === null) return null;
  const parents = new Map(index.map((one) => [one.code, one.parent]));
  const lies = (at: string | null): boolean => code === '' || (at !== null && (at === code || lies(parents.get(at) ?? null)));
  const found: Record<string, number> = {};
  for (const { code: own, kind, level } of index) {
    if (level === 'grid' && lies(own)) found[kind] = (found[kind] ?? 0) + 1;
  }
  return found;
}

/** What the area came from, and what became of it. */
export function getLineage(code: string): Promise<Lineage> {
  return ask(api.GET('/api/v1/areas/{code}/lineage', { params: { path: { code }, query: ofNetwork() } }));
}

/** Finds the topmost area, of a network with several the whole, and shows it, unless the address named another. */
export async function openHome(): Promise<void> {
  deserted.value = networks.peek().length === 0;
  if (deserted.peek()) {
    if (snap.peek() === 'peek') snap.value = 'half';
    return; // the server knows no network before its first boundaries
  }
  const id = network.peek();
  const query = { level: 'district', ...ofNetwork() };
  const [district] = (await ask(api.GET('/api/v1/areas', { params: { query } }))).features;
  if (district) known.set(district.properties.code, Promise.resolve(district)); // asked for once
  const tops = district ? [district.properties] : await listTops();
  const top = tops[0] ? await getArea(tops.length > 1 ? '' : tops[0].code) : null;
  if (network.peek() !== id) return openHome(); // another one was chosen meanwhile
  home.value = top;
  deserted.value = home.value === null;
  scope.value ??= home.value?.properties.code ?? null;
}

/** Shows the top of the network that an address names while the page is open, or why there is none. */
export async function enterNetwork(): Promise<void> {
  await openHome().catch((thrown: unknown) =>
    batch(() => {
      home.value = null;
      area.value = { value: null, loading: false, problem: asProblem(thrown) };
    }),
  );
}

/** Shows this area: its figures, tickets and outline; `move` also brings the map there. */
export function chooseArea(code: string, move: boolean): void {
  picked.value = null;
  scope.value = code;
  tab.value = code === home.peek()?.properties.code ? 'tickets' : 'facts';
  if (snap.peek() === 'peek') snap.value = 'half';
  if (move) void moveTo(code);
}

/** Brings the map to an area; to one that is unknown, nowhere: its page says why. */
export async function moveTo(code: string): Promise<void> {
  const found = await getArea(code).catch(() => null);
  if (found) goal.value = { bounds: boundsOf(found) };
}

/** West, south, east, north of an area, in degrees. */
export function boundsOf(feature: AreaFeature): Bounds {
  const bounds: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = 0, lat = 0] of feature.geometry?.coordinates.flat(2) ?? []) {
    bounds[0] = Math.min(bounds[0], lon);
    bounds[1] = Math.min(bounds[1], lat);
    bounds[2] = Math.max(bounds[2], lon);
    bounds[3] = Math.max(bounds[3], lat);
  }
  return bounds;
}

/** Keeps `area` in step with `scope` and with what the server says has changed. */
export function followScope(): () => void {
  const load = loader(area);
  const forget = effect(() => {
    if (areaTick.value === 0 || deserted.peek()) return;
    forgetAreas();
    // untracked: an effect that depends on what it writes asks without end
    untracked(() => void renewIndex().catch(() => undefined));
  });
  const follow = effect(() => {
    const code = scope.value;
    void home.value; // its network, where that has no topmost area
    if (code === null || areaTick.value < 0 || at.value < '') return;
    void load(() => getArea(code), [code, at.value, network.peek()]);
  });
  return () => [forget, follow].forEach((stop) => stop());
}
