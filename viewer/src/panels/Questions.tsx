import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, ask, asProblem, type Problem } from '../api/client';
import { instantOf, lastAt } from '../days';
import { config, may, sketch, view } from '../state';
import { showAgo, showMetres, showTime } from '../time';
import { DayField, TimeField } from '../ui/DayField';
import { Failed } from '../ui/Notice';
import { Grids, Line } from './Seen';
import { farAndState, type SeenWord, w } from './seenWords';

type Answer = { lon: number; lat: number; name: string; more: string };
type Question = 'who' | 'unwalked' | 'cameras' | 'kit' | 'reach';
/** What was found, and what the map draws of it. */
type Shown = { list: Answer[] | string[]; drawn?: GeoJSON.Feature[] };
const most = 20;
/** Two in a row, because the questions are sentences. */
const row = { display: 'grid', gap: '8px', gridTemplateColumns: 'repeat(auto-fit, minmax(140px, 1fr))', marginTop: '8px' };

/** What a dispatcher asks of the map: who was where, what was not walked, which camera sees it, where the nearest kit is. */
export function Questions({ code }: { code: string }) {
  const asked = useSignal<Question | null>(null);
  const found = useSignal<Answer[] | string[] | null>(null);
  const problem = useSignal<Problem | null>(null);
  const at = useSignal(lastAt('10:00', config.peek().zone, Date.now()));
  useEffect(() => () => void (sketch.value = []), [code]);
  const put = (question: Question): void => {
    asked.value = question;
    found.value = problem.value = null;
    sketch.value = [];
    void answers[question](code, at.value).then(
      ({ list, drawn }) => {
        if (asked.peek() !== question) return;
        found.value = list;
        sketch.value = drawn ?? list.flatMap(mark);
      },
      (thrown: unknown) => (problem.value = asProblem(thrown)),
    );
  };
  return (
    <div class="questions" data-questions>
      <h4>{w('ask.title')}</h4>
      {may('see_patrol') && (
        <fieldset class="field moment">
          <legend>{w('ask.at')}</legend>
          <DayField aria-label={w('ask.day')} required name="ask-day" value={at.value.slice(0, 10)} onDay={(day) => (at.value = `${day}T${at.peek().slice(11)}`)} />
          <TimeField aria-label={w('ask.time')} required name="ask-time" value={at.value.slice(11)} onTime={(time) => (at.value = `${at.peek().slice(0, 11)}${time}`)} />
        </fieldset>
      )}
      <div style={row}>
        {order.filter((one) => one === 'kit' || one === 'reach' || may(one === 'cameras' ? 'see_camera' : 'see_patrol')).map((one) => (
          <button key={one} type="button" class="button" aria-pressed={asked.value === one} data-ask={one} onClick={() => put(one)}>
            {w(`ask.${one}` as SeenWord)}
          </button>
        ))}
      </div>
      <div aria-live="polite">
        {problem.value && <Failed problem={problem.value} />}
        {asked.value && !problem.value && (found.value ? <Found found={found.value} /> : <p class="hint">{w('ask.loading')}</p>)}
      </div>
    </div>
  );
}

function Found({ found }: { found: Answer[] | string[] }) {
  if (found.length === 0) return <p class="hint">{w('ask.nothing')}</p>;
  if (typeof found[0] === 'string') return <p data-found><Grids grids={found as string[]} /></p>;
  return (
    <ul class="area-list" data-found>
      {(found as Answer[]).map((one, place) => (
        <Line key={place} at={one} name={one.name} more={one.more} />
      ))}
    </ul>
  );
}

/** An answer that has a place, as the map draws it. */
const mark = (one: Answer | string): GeoJSON.Feature[] =>
  typeof one === 'string'
    ? []
    : [{ type: 'Feature', properties: { kind: 'answer', name: one.name }, geometry: { type: 'Point', coordinates: [one.lon, one.lat] } }];

const order: Question[] = ['who', 'unwalked', 'cameras', 'kit', 'reach'];
/** Minutes from the nearest place. */
const minutes = 10;

/** The middle of the map, as the doors take it. */
function middle(): { lon: number; lat: number; system: string } {
  const { lon, lat } = view.value ?? { lon: 0, lat: 0 };
  return { lon, lat, system: 'wgs84' };
}

const answers: Record<Question, (code: string, at: string) => Promise<Shown>> = {
  who: async (area, at) => {
    const when = instantOf(at, config.peek().zone);
    const { patrols } = await ask(api.GET('/api/v1/patrols', { params: { query: { area, at: when, limit: most } } }));
    return { list: patrols.map((one) => ({ lon: one.lon, lat: one.lat, name: one.name ?? one.worker, more: [one.grid, showTime(one.at)].filter(Boolean).join(' · ') })) };
  },
  unwalked: async (area) => {
    const from = new Date(Date.now() - 7 * 86_400_000).toISOString();
    const { by } = await ask(api.GET('/api/v1/coverage', { params: { query: { area, from } } }));
    return { list: by.filter(({ share }) => share === 0).map(({ code }) => code) };
  },
  cameras: async () => {
    const { cameras } = await ask(api.GET('/api/v1/cameras', { params: { query: { ...middle(), limit: most } } }));
    return { list: cameras.map((one) => ({ lon: one.lon, lat: one.lat, name: one.name, more: farAndState(one) })) };
  },
  kit: async () => {
    const { places } = await ask(api.GET('/api/v1/places', { params: { query: { ...middle(), kind: 'rescue', limit: 3 } } }));
    const list = places.map((one) => ({
      lon: one.lon,
      lat: one.lat,
      name: one.name,
      more: [one.distance_m !== null && showMetres(one.distance_m), one.overdue ? w('ask.overdue') : one.visited_at && showAgo(one.visited_at)].filter(Boolean).join(' · '),
    }));
    return { list };
  },
  reach: async (area) => {
    const { polygons, without, outline } = await ask(api.GET('/api/v1/places/reach', { params: { query: { area, minutes, outline: true } } }));
    const geometry = outline as GeoJSON.Geometry | null;
    return { list: polygons > 0 ? without : [], drawn: geometry ? [{ type: 'Feature', properties: { kind: 'reach' }, geometry }] : [] };
  },
};
