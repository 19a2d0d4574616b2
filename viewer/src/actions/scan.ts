import { api, ask, type LiveArea } from '../api/client';
import { named, nearby, placeBy, scanCode, scanned } from '../state';
import { moveTo } from './areas';
import { loader } from './load';
import { openReport } from './report';
import { listInGrid } from './near';

const load = loader(scanned);

/** Opens the report form with the grid of a scanned code; where that was divided since, its heirs are offered. */
export async function openScanned(code: string): Promise<void> {
  openReport();
  scanCode.value = code;
  placeBy.value = 'code';
  await load(() => ask(api.GET('/api/v1/qr/{code}', { params: { path: { code } } })), code);
  const areas = scanned.peek().value?.areas ?? [];
  if (areas.length === 1 && areas[0]) await chooseNamed(areas[0]);
}

/** The report is about this area; says which open tickets are there, and brings the map to it. */
export async function chooseNamed(area: LiveArea): Promise<void> {
  named.value = area;
  void moveTo(area.code);
  const open = area.level === 'grid' ? await listInGrid(area.code).catch(() => []) : [];
  if (named.peek() === area) nearby.value = open;
}
