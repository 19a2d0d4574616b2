/* Long because it is one draft from file to undo. */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { openDesk } from '../actions/desks';
import { loader } from '../actions/load';
import { goUp } from '../actions/pages';
import { factText, faultText } from '../i18n';
import { PageHead } from '../panels/PageHead';
import { type Sending, useSend } from '../send';
import { areaTick, called, goal, idle, lang, type Loadable, sketch, snap, swipe } from '../state';
import { Icon } from '../ui/Icon';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { nameOfArea, State, titleOf } from './DraftsHome';
import { type Checked, checkDraft, discardDraft, type Drawn, findUndo, type Found, importInto, listDrawn, listMoves, type Move, publishDraft, readDraft, undoDraft } from './drafts';
import { Conflicts } from './Conflicts';
import { clip, type Line, lineAt, pageMap } from './swipe';
import { h, type Word, words } from './words';

type Side = 'before' | 'after' | 'both' | 'swipe';

/** One change of boundaries: what it alters, what is wrong with it, what publishing moves; and publishing it. */
export function DraftPage({ id }: { id: number }) {
  const draft = useSignal<Loadable<Checked>>(idle());
  const load = useMemo(() => loader(draft), []);
  const drawn = useSignal<Drawn[]>([]);
  const moves = useSignal<Move[] | null>(null);
  const side = useSignal<Side>('both');
  const said = useSignal('');
  const moved = useSignal(0);
  const sender = useSend();
  useSignalEffect(() => {
    if (areaTick.value < 0) return;
    void load(() => readDraft(id), id);
    void listDrawn(id).then((found) => (drawn.value = found), () => undefined);
  });
  useSignalEffect(() => {
    const problems = draft.value.value?.problems ?? [];
    const map = side.value === 'swipe' ? pageMap() : undefined;
    void moved.value;
    const split = map && swipe.value !== null ? lineAt(map, swipe.value) : null;
    sketch.value = [...shapes(drawn.value, side.value, split), ...(moves.value ?? []).flatMap(line), ...problems.flatMap(point)];
  });
  useEffect(() => () => void (sketch.value = []), []);
  useEffect(() => followSwipe(side.value === 'swipe', moved), [side.value]);
  useEffect(() => void (drawn.value.length > 0 && !isPlaced(id) && lookAt(drawn.value)), [drawn.value.length > 0]);
  const { value, problem } = draft.value;
  const isOpen = value?.status === 'open';
  const isConflicting = isOpen && value.problems.some(({ kind }) => kind === 'conflict'); // what to do is a press away below
  return (
    <>
      <PageHead title={value ? titleOf(value) : h('draft.untitled', { n: id })} back={goUp}>
        {value && (
          <p class="page-sub">
            <State draft={value} /> <span class="hint">{nameOfArea(value.area_code)}</span>
          </p>
        )}
      </PageHead>
      <div class="page-body draft">
        {problem && <Failed problem={problem} retry={() => areaTick.value++} />}
        {!value && !problem && <Skeleton rows={5} />}
        {said.value && <p class="said" role="status"><Icon name="check" />{said.value}</p>}
        {drawn.value.length > 0 && <Sides side={side} />}
        {isOpen && <Import id={id} sender={sender} done={() => areaTick.value++} />}
        {isOpen && value && (
          <div class="actions">
            <button type="button" class="button" data-check disabled={sender.sending.value} onClick={() => void sender.send(async () => (draft.value = { value: await checkDraft(id), loading: false, problem: null }))}>
              {h('draft.check')}
            </button>
            <button type="button" class="button" data-preview disabled={sender.sending.value} onClick={() => void sender.send(async () => (moves.value = await listMoves(id)))}>
              {h('draft.preview')}
            </button>
          </div>
        )}
        {sender.problem.value && <Failed problem={sender.problem.value} said={isConflicting ? factText : faultText} />}
        {isOpen && value && <Conflicts id={id} found={value.problems} sender={sender} solved={(checked) => (draft.value = { value: checked, loading: false, problem: null })} />}
        {isOpen && value && <Problems found={value.problems.filter(({ kind, code }) => kind !== 'conflict' || !code)} checked={value.changed > 0 && value.problems.length === 0 && !sender.problem.value} />}
        {moves.value && <Moves moves={moves.value} />}
        {value && <Ends draft={value} sender={sender} said={said} />}
      </div>
    </>
  );
}

/** On a phone the page leaves the map in sight. */
function look(side: Signal<Side>, at: Side): void {
  side.value = at;
  if (snap.peek() === 'full') snap.value = 'half';
}

function Sides({ side }: { side: Signal<Side> }) {
  return (
    <section class="block">
      <h3>{h('draft.sides')}</h3>
      <div class="segments" role="group" aria-label={h('draft.sides')}>
        {(['before', 'after', 'both', 'swipe'] as const).map((one) => (
          <button key={one} type="button" data-side={one} aria-pressed={side.value === one} onClick={() => look(side, one)}>
            {h(`draft.side.${one}`)}
          </button>
        ))}
      </div>
      <p class="hint">{h(side.value === 'swipe' ? 'draft.swipeHint' : 'draft.legend')}</p>
    </section>
  );
}

/** What was repaired in the file, in the page's language. */
const notesOf = ({ notes, notes_zh }: { notes: string[]; notes_zh: string[] }): string[] => (lang.value === 'zh-CN' ? notes_zh : notes);

function Import({ id, sender, done }: { id: number; sender: Sending; done: () => void }) {
  const notes = useSignal<string[]>([]);
  const take = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    input.value = '';
    if (file && (await sender.send(async () => (notes.value = notesOf(await importInto(id, file)))))) done();
  };
  return (
    <section class="block">
      <label class={sender.sending.value ? 'button off' : 'button'}>
        <Icon name="save" />
        {h(sender.sending.value ? 'draft.importing' : 'draft.import')}
        <input type="file" class="only-read" data-import accept=".geojson,.json,.gpkg,.zip,.kml,.kmz,.fgb" disabled={sender.sending.value} onChange={(event) => void take(event.currentTarget)} />
      </label>
      <p class="hint">{h('draft.importHint')}</p>
      {notes.value.map((note) => (
        <p key={note} class="hint">
          {note}
        </p>
      ))}
    </section>
  );
}

function Problems({ found, checked }: { found: Found[]; checked: boolean }) {
  if (found.length === 0) return checked ? <p class="hint">{h('draft.clean')}</p> : null;
  return (
    <section class="block">
      <h3>{h('draft.problems')}</h3>
      <ul class="problems">
        {found.map((one, place) => (
          <li key={place} data-severity={one.severity}>
            <button type="button" disabled={one.lon === null} onClick={() => one.lon !== null && one.lat !== null && (goal.value = { lon: one.lon, lat: one.lat })}>
              <span class={`badge ${one.severity === 'error' ? 'overdue' : 'due_soon'}`}>{[one.code, one.other_code].flatMap((code) => (code ? nameOfArea(code) : [])).join(' / ') || one.kind}</span>
              <span>{faultText(one)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What moves, counted by kind and by codes. */
function Moves({ moves }: { moves: Move[] }) {
  const counted = new Map<string, { what: string; from: string | null; to: string | null; n: number }>();
  for (const { properties } of moves) {
    const { what, from_code: from, to_code: to, id } = properties;
    const key = [what, from, to].join();
    const n = what === 'tickets' ? Number(id) || 1 : 1;
    counted.set(key, { what, from, to, n: (counted.get(key)?.n ?? 0) + n });
  }
  return (
    <section class="block">
      <h3>{h('draft.moves')}</h3>
      {counted.size === 0 && <Empty icon="check" title={h('draft.movesNone')} />}
      <ul class="moves" data-moves={moves.length}>
        {[...counted.entries()].map(([key, { what, from, to, n }]) => (
          <li key={key}>{h('draft.move', { what: kind(what), n, from: place(from), to: place(to) })}</li>
        ))}
      </ul>
    </section>
  );
}

const kind = (what: string): string => (`draft.what.${what}` in words ? h(`draft.what.${what}` as Word) : what);
const place = (code: string | null): string => (code ? nameOfArea(code) : h('draft.nowhere'));

type EndsGiven = { draft: Checked; sender: Sending; said: Signal<string> };

/** What ends a draft, or a change: each is asked for once more. */
function Ends({ draft, sender, said }: EndsGiven) {
  const { changeset_id: id, status, state, summary } = draft;
  const undoneBy = useSignal<number | null>(null);
  const isLive = state === 'published' || state === 'following';
  useEffect(() => {
    if (isLive) void findUndo(id).then((found) => (undoneBy.value = found), () => undefined);
  }, [id, isLive]);
  const refused = Array.isArray(summary?.['refused']) ? (summary['refused'] as string[]) : [];
  const publish = async () => {
    await publishDraft(id);
    said.value = h('draft.live');
  };
  const undo = async () => {
    const undone = await undoDraft(id);
    undoneBy.value = undone.changeset_id;
    said.value = h('draft.undone', { n: undone.changeset_id });
  };
  const discard = async () => {
    await discardDraft(id);
    openDesk('drafts');
  };
  return (
    <section class="block ends" lang={lang.value}>
      {refused.map((line) => (
        <p key={line} class="error">
          {line}
        </p>
      ))}
      {status === 'open' && <Asked what="publish" sender={sender} act={publish} primary />}
      {status === 'open' && <Asked what="discard" sender={sender} act={discard} />}
      {undoneBy.value !== null && !said.value && <p class="hint">{h('draft.undone', { n: undoneBy.value })}</p>}
      {isLive && undoneBy.value === null && <Asked what="undo" sender={sender} act={undo} />}
    </section>
  );
}

type AskedGiven = { what: 'publish' | 'discard' | 'undo'; sender: Sending; act: () => Promise<void>; primary?: boolean };

function Asked({ what, sender, act, primary = false }: AskedGiven) {
  const asking = useSignal(false);
  if (!asking.value) {
    return (
      <button type="button" class={primary ? 'button primary' : 'button'} data-ask-to={what} onClick={() => (asking.value = true)}>
        {h(`draft.${what}`)}
      </button>
    );
  }
  return (
    <div class="asked" role="alertdialog" aria-label={h(`draft.${what}Ask`)}>
      <p>{h(`draft.${what}Ask`)}</p>
      <div class="actions">
        <button type="button" class="button primary" data-do={what} disabled={sender.sending.value} onClick={() => void sender.send(act).then(() => (asking.value = false))}>
          {h(`draft.${what}Do`)}
        </button>
        <button type="button" class="button" onClick={() => (asking.value = false)}>
          {h('draft.no')}
        </button>
      </div>
    </div>
  );
}

function shapes(drawn: Drawn[], side: Side, split: Line | null): GeoJSON.Feature[] {
  return drawn
    .filter(({ properties }) => side === 'both' || side === 'swipe' || properties.side === side)
    .flatMap(({ geometry: whole, properties }) => {
      const geometry = split ? clip(whole as GeoJSON.Geometry, split, properties.side === 'before' ? 'left' : 'right') : (whole as GeoJSON.Geometry);
      return geometry ? [{ type: 'Feature' as const, geometry, properties: { ...properties, kind: properties.side } }] : [];
    });
}

/** While the line is shown, what lies on its sides follows the map. */
function followSwipe(on: boolean, moved: Signal<number>): (() => void) | undefined {
  const map = on ? pageMap() : undefined;
  if (!map) return undefined;
  swipe.value = 50;
  let frame = 0;
  const move = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => moved.value++);
  };
  map.on('move', move);
  return () => {
    cancelAnimationFrame(frame);
    map.off('move', move);
    swipe.value = null;
  };
}

function line({ geometry, properties }: Move): GeoJSON.Feature[] {
  return geometry ? [{ type: 'Feature', geometry, properties: { ...properties, kind: 'move' } }] : [];
}

function point({ lon, lat, severity }: Found): GeoJSON.Feature[] {
  if (lon === null || lat === null) return [];
  return [{ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { kind: 'problem', severity } }];
}

/** Did the address that led to this one say where the map is? It is obeyed once. */
function isPlaced(id: number): boolean {
  const on = called.peek();
  if (!on?.view || on.page.what !== 'desk' || on.page.item !== String(id)) return false;
  called.value = { ...on, view: null };
  return true;
}

/** Brings the map to what is altered. */
function lookAt(drawn: Drawn[]): void {
  const points = drawn.flatMap(({ geometry }) => geometry.coordinates.flat(2));
  const [lons, lats] = [points.map(([lon = 0]) => lon), points.map(([, lat = 0]) => lat)];
  if (points.length > 0) goal.value = { bounds: [min(lons), min(lats), max(lons), max(lats)] };
}

const min = (all: number[]): number => all.reduce((one, other) => Math.min(one, other));
const max = (all: number[]): number => all.reduce((one, other) => Math.max(one, other));
