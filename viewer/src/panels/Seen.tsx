import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { chooseArea } from '../actions/areas';
import { api, ask, type Problem, asProblem, type Ticket } from '../api/client';
import { areaName } from '../i18n';
import { goal, may, session } from '../state';
import { showAgo, showMetres, showShare } from '../time';
import { Facts } from '../ui/Facts';
import { Failed } from '../ui/Notice';
import { Questions } from './Questions';
import { farAndState, w } from './seenWords';

const most = 5;
/** A grid of which cameras see less is a blind spot. */
const blindBelow = 0.01;

/** Which cameras see a ticket's place, who passed it last, and who is near while it is urgent. */
export function Seen({ ticket: { cameras, last_patrol, nearest_patrols } }: { ticket: Ticket }) {
  if (cameras === undefined && last_patrol === undefined) return null;
  return (
    <section class="block" data-seen>
      <h3>{w('seen.title')}</h3>
      <Facts
        facts={[
          [w('seen.cameras'), cameras && (cameras.length === 0 ? w('seen.noCamera') : <Cameras cameras={cameras.slice(0, most)} />)],
          [
            w('seen.passed'),
            last_patrol === undefined ? null : last_patrol ? `${last_patrol.worker} · ${showAgo(last_patrol.at)} · ${showMetres(last_patrol.distance_m)}` : w('seen.never'),
          ],
          [w('seen.near'), nearest_patrols && (nearest_patrols.length === 0 ? w('seen.nobody') : <Near patrols={nearest_patrols} />)],
        ]}
      />
    </section>
  );
}

type Spot = { lon: number; lat: number };

function Cameras({ cameras }: { cameras: NonNullable<Ticket['cameras']> }) {
  return (
    <ul class="area-list">
      {cameras.map((one) => (
        <Line key={one.code} at={one} name={one.name} more={farAndState(one)} />
      ))}
    </ul>
  );
}

function Near({ patrols }: { patrols: NonNullable<Ticket['nearest_patrols']> }) {
  return (
    <ul class="area-list">
      {patrols.map((one) => (
        <Line key={one.worker} at={one} name={one.name ?? one.worker} more={`${one.distance_m === null ? '' : `${showMetres(one.distance_m)} · `}${showAgo(one.at)}`} />
      ))}
    </ul>
  );
}

/** A name that brings the map to its place. */
export function Line({ at, name, more }: { at: Spot; name: string; more: string }) {
  return (
    <li>
      <button type="button" onClick={() => (goal.value = { lon: at.lon, lat: at.lat })}>
        <span>{name}</span>
        <span class="hint">{more}</span>
      </button>
    </li>
  );
}

type Share = { code: string; share: number };
type Found = { walked: number | null; seen: number | null; reached: number | null; overdue: number; blind: Share[] };

/** How much of an area was walked today and is in view, what is overdue and what no camera sees. */
export function Watched({ code }: { code: string }) {
  const found = useSignal<Found | null>(null);
  const problem = useSignal<Problem | null>(null);
  useEffect(() => {
    found.value = null;
    if (!session.value || !may('see_camera')) return;
    void look(code).then(
      (one) => (found.value = one),
      (thrown: unknown) => (problem.value = asProblem(thrown)),
    );
  }, [code, session.value]);
  if (!session.value || !may('see_camera')) return null;
  if (problem.value) return <Failed problem={problem.value} />;
  if (!found.value) return null;
  const { walked, seen, reached, overdue, blind } = found.value;
  return (
    <section class="block" data-watched>
      <h3>{w('watch.title')}</h3>
      <Facts
        facts={[
          [w('watch.today'), walked === null ? null : showShare(walked)],
          [w('watch.view'), seen === null ? null : showShare(seen)],
          [w('watch.reach'), reached === null ? null : showShare(reached)],
          [w('watch.overdue'), overdue === 0 ? w('watch.none') : String(overdue)],
          [w('watch.blind'), blind.length === 0 ? w('watch.none') : <Grids grids={blind.map((one) => one.code)} />],
        ]}
      />
      <Questions code={code} />
    </section>
  );
}

/** Grids by their names, the first of them to be opened. */
export function Grids({ grids }: { grids: string[] }) {
  return (
    <>
      {grids.slice(0, most).map((grid) => (
        <span key={grid}>
          <button type="button" class="link" onClick={() => chooseArea(grid, true)}>
            {areaName(grid)}
          </button>{' '}
        </span>
      ))}
      {grids.length > most && <span class="hint"> {w('ask.more', { n: grids.length - most })}</span>}
    </>
  );
}

async function look(area: string): Promise<Found> {
  const walks = may('see_patrol') ? ask(api.GET('/api/v1/coverage', { params: { query: { area } } })) : Promise.resolve(null);
  const [walked, view, places, reach] = await Promise.all([
    walks.catch(() => null),
    ask(api.GET('/api/v1/cameras/view', { params: { query: { area } } })),
    ask(api.GET('/api/v1/places', { params: { query: { area, overdue: true, limit: 1000 } } })),
    ask(api.GET('/api/v1/places/reach', { params: { query: { area, minutes: 10 } } })),
  ]);
  return {
    walked: walked?.share ?? null,
    seen: view.share,
    reached: reach.polygons > 0 ? reach.share : null,
    overdue: places.places.length,
    blind: view.by.filter(({ share }) => share < blindBelow),
  };
}
