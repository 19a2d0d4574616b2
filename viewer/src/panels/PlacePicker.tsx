import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { byHand, findMe } from '../actions/report';
import type { Problem } from '../api/client';
import { faultText, t } from '../i18n';
import { doubtful } from '../doubt';
import { areaIndex, idle, located, mapless, type PlaceBy, place, placeBy, saidGrid, scanned } from '../state';
import { systemName } from '../systems';
import { showMetres, showShare } from '../time';
import { Icon, type IconName } from '../ui/Icon';
import { Failed } from '../ui/Notice';
import { ScannedPlace } from './ScannedPlace';
import { TypedPlace } from './TypedPlace';

type Way = [PlaceBy, IconName, 'report.byMap' | 'report.byGps' | 'report.byTyped' | 'report.byCode'];
const byCode: Way = ['code', 'scan', 'report.byCode'];
const ways: Way[] = [
  ['map', 'pin', 'report.byMap'],
  ['gps', 'aim', 'report.byGps'],
  ['typed', 'type', 'report.byTyped'],
];

/** Where it is: by a scanned code, on the map, by GPS or by coordinates; says which grid that is before anything is sent. */
export function PlacePicker({ problem }: { problem: Problem | null }) {
  const fault = problem?.at('lon') ?? problem?.at('lat') ?? problem?.at('system') ?? problem?.at('accuracy_m') ?? problem?.at('area');
  const open = mapless.value ? ways.filter(([way]) => way !== 'map') : ways;
  useEffect(() => {
    if (mapless.value && placeBy.peek() === 'map') placeBy.value = window.isSecureContext ? 'gps' : 'typed';
  }, [mapless.value]);
  const isScanned = placeBy.value === 'code' || scanned.value.value !== null;
  return (
    <fieldset class={fault ? 'field wrong' : 'field'}>
      <legend>{t('report.where')}</legend>
      <div class="segments">
        {(isScanned ? [byCode, ...open] : open).map(([way, icon, label]) => (
          <button key={way} type="button" aria-pressed={placeBy.value === way} onClick={() => choose(way)}>
            <Icon name={icon} />
            {t(label)}
          </button>
        ))}
      </div>
      {placeBy.value === 'code' && <ScannedPlace />}
      {placeBy.value === 'map' && <p class="hint">{t('report.tapMap')}</p>}
      {placeBy.value === 'gps' && <Gps />}
      {placeBy.value === 'typed' && <TypedPlace />}
      {placeBy.value !== 'code' && <Where />}
      {fault && (
        <p class="error" role="alert" data-fault={fault.field.split('.').at(-1)}>
          {faultText(fault)}
        </p>
      )}
    </fieldset>
  );
}

/** Back to the scanned code the pin goes. */
function choose(way: PlaceBy): void {
  placeBy.value = way;
  if (way !== 'code') return;
  place.value = null;
  located.value = idle();
}

function Gps() {
  const state = useSignal<'idle' | 'waiting' | 'denied'>('idle');
  useEffect(() => {
    if (byHand.matches && window.isSecureContext && !place.peek()) void ask();
  }, []);
  if (!window.isSecureContext) return <p class="hint">{t('report.gpsInsecure')}</p>;
  async function ask(): Promise<void> {
    state.value = 'waiting';
    try {
      place.value = await findMe();
      state.value = 'idle';
    } catch {
      state.value = 'denied';
    }
  }
  return (
    <div class="gps">
      <button type="button" class="button" disabled={state.value === 'waiting'} onClick={() => void ask()}>
        <Icon name="aim" />
        {state.value === 'waiting' ? t('report.gpsWait') : t('report.gpsAsk')}
      </button>
      {state.value === 'denied' && <p class="error">{t(mapless.value ? 'report.gpsDeniedNoMap' : 'report.gpsDenied')}</p>}
    </div>
  );
}

/** The grid that the server finds for the place. */
function Where() {
  const { value, problem } = located.value;
  const at = place.value;
  if (!at) return null;
  if (problem) return <Failed problem={problem} />;
  if (!value) return <p class="hint">{t('app.loading')}</p>;
  const { assignment, doubt } = value;
  const grid = doubt ? null : value.grid;
  const distance = showMetres(assignment.distance_to_edge_m ?? 0);
  const maybe = doubtful(value);
  if (maybe.length > 0) return <Doubt maybe={maybe} accuracy_m={at.accuracy_m ?? 0} />;
  return (
    <div class={grid ? 'where' : 'where outside'} aria-live="polite" data-grid={grid?.code ?? ''}>
      <Icon name="pin" />
      <div>
        {grid && (
          <p>
            <span class="hint">{t('report.gridIs')}</span> <strong>{grid.name}</strong> <code>{grid.code}</code>
          </p>
        )}
        <p class="hint">{doubt ? t(`report.doubt.${doubt}`) : methodWords(assignment.method, distance)}</p>
        {at.accuracy_m !== undefined && <p class="hint">{t('report.accuracy', { d: showMetres(at.accuracy_m) })}</p>}
        <p class="hint numbers">
          {at.lon}, {at.lat} · {systemName(at.system)}
        </p>
      </div>
    </div>
  );
}

/** The place is vague: which of these grids is it? Nobody need say; dragging the pin is an answer, too. */
function Doubt({ maybe, accuracy_m }: { maybe: { code: string; share: number }[]; accuracy_m: number }) {
  const names = new Map(areaIndex.value?.map(({ code, name }) => [code, name]));
  return (
    <div class="where doubt" aria-live="polite" data-grid={saidGrid.value}>
      <Icon name="alert" />
      <div>
        <p>{t('report.doubt', { d: showMetres(accuracy_m) })}</p>
        <div class="candidates">
          {maybe.map(({ code, share }) => (
            <button
              key={code}
              type="button"
              class="button"
              data-candidate={code}
              aria-pressed={saidGrid.value === code}
              onClick={() => (saidGrid.value = saidGrid.value === code ? '' : code)}
            >
              <span>{names.get(code) ?? code}</span>
              <code>{code}</code>
              <span class="hint">{showShare(share)}</span>
            </button>
          ))}
        </div>
        <p class="hint">{t('report.doubtHint')}</p>
      </div>
    </div>
  );
}

function methodWords(method: string, distance: string): string {
  const known = ['inside', 'edge', 'nearest'] as const;
  return t(`report.method.${known.find((one) => one === method) ?? 'none'}`, { d: distance });
}
