import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { boundsOf, chooseArea, getLineage } from '../actions/areas';
import { loader } from '../actions/load';
import { dateOf, getAreaThen, showDate } from '../actions/time';
import type { AreaFeature, LineageEntry } from '../api/client';
import { t, term } from '../i18n';
import { at, goal, idle, type Loadable, sketch, snap } from '../state';
import { epoch, showDay, showShare } from '../time';
import { Icon } from '../ui/Icon';
import { Failed, Skeleton } from '../ui/Notice';

/** So many shapes of each side are asked for and drawn. */
const most = 12;
type Shaped = { entry: LineageEntry; feature: AreaFeature | null; date: string };
type Sides = { from: Shaped[]; to: Shaped[] };

/** What an area came from and what became of it: in the list with names and links, on the map as shapes. */
export function Lineage({ code }: { code: string }) {
  const found = useSignal<Loadable<Sides>>(idle());
  const load = useMemo(() => loader(found), []);
  const show = () => {
    if (snap.peek() === 'full') snap.value = 'half'; // else the shapes, which are on the map, are out of sight
    return load(() => readSides(code), code);
  };
  const { value, problem, loading } = found.value;
  useEffect(() => {
    if (value) draw(value);
    return () => void (sketch.value = []);
  }, [value]);
  return (
    <section class="block">
      <h3>{t('area.lineage')}</h3>
      {!value && !loading && (
        <button type="button" class="link" data-lineage-show onClick={() => void show()}>
          <Icon name="split" />
          {t('area.lineageShow')}
        </button>
      )}
      {!value && loading && <Skeleton rows={2} />}
      {problem && <Failed problem={problem} retry={() => void show()} />}
      {value && value.from.length + value.to.length === 0 && <p class="hint">{t('area.lineageNone')}</p>}
      {value && <Side title={t('lineage.from')} shaped={value.from} share="to_share" />}
      {value && <Side title={t('lineage.to')} shaped={value.to} share="from_share" />}
      {value && value.from.length + value.to.length > 0 && <p class="hint">{t('lineage.legend')}</p>}
    </section>
  );
}

type SideGiven = { title: string; shaped: Shaped[]; share: 'from_share' | 'to_share' };

/** One side of a lineage; the share is how much of this area's ground the other one has. A press opens it as it was then. */
function Side({ title, shaped, share }: SideGiven) {
  if (shaped.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul class="lineage">
        {shaped.map((one) => (
          <li key={one.entry.code + one.entry.kind + one.entry.valid_from}>
            <button type="button" class="link" data-lineage={one.entry.code} onClick={() => open(one)}>
              {[one.feature?.properties.name, one.entry.code].filter(Boolean).join(' ')}
            </button>
            <span class="chip">{term('lineage', one.entry.kind)}</span>
            <span class="hint">
              {showDay(one.entry.valid_from)} · {t('lineage.share', { share: showShare(one.entry[share]) })}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The map of that date, with the area open on it; the map of now where the area is there as it was. */
function open({ entry: { code }, feature, date }: Shaped): void {
  const isNow = feature !== null && feature.properties.valid_to === null;
  if (isNow ? at.peek() !== '' : at.peek() !== date) showDate(isNow ? '' : date);
  chooseArea(code, false);
  if (feature) goal.value = { bounds: boundsOf(feature) };
}

/** The older areas as they were the instant before, the newer ones as they were at first. */
async function readSides(code: string): Promise<Sides> {
  const { from, to } = await getLineage(code);
  const justBefore = (instant: string) => new Date((epoch(instant) - 1) * 1000).toISOString();
  const [older, newer] = await Promise.all([
    Promise.all(from.map((entry) => shapeOf(entry, justBefore(entry.valid_from)))),
    Promise.all(to.map((entry) => shapeOf(entry, dateOf(entry.valid_from)))),
  ]);
  return { from: older, to: newer };

  async function shapeOf(entry: LineageEntry, date: string): Promise<Shaped> {
    const isDrawn = from.indexOf(entry) < most && to.indexOf(entry) < most;
    const feature = isDrawn ? await getAreaThen(entry.code, date).catch(() => null) : null;
    return { entry, feature, date };
  }
}

function draw({ from, to }: Sides): void {
  const shape = (kind: 'before' | 'after') => ({ feature, entry }: Shaped): GeoJSON.Feature[] =>
    feature?.geometry ? [{ type: 'Feature', geometry: feature.geometry as GeoJSON.Geometry, properties: { kind, code: entry.code, change: kind === 'after' ? 'new' : 'ended' } }] : [];
  sketch.value = [...from.flatMap(shape('before')), ...to.flatMap(shape('after'))];
}
