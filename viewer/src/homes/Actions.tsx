/* Long because it is all that is done with selected tickets: together, one by one on the map, between candidates. */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getArea } from '../actions/areas';
import type { LonLat, Ticket } from '../api/client';
import { areaName, roleName, t } from '../i18n';
import { waysOn } from '../order';
import { useSend } from '../send';
import { categories, goal, lang, may, picking, session, snap, ticketTick, workflows } from '../state';
import { categoryName, nameOf, placeOf, stepName } from '../tickets';
import { showShare } from '../time';
import { pointWithin } from '../within';
import { Failed } from '../ui/Notice';
import { type Deed, doAll, type Failure, listTargets, setPlace } from './bulk';
import { type Candidate, listCandidates } from '../actions/candidates';
import { h } from './words';

type Given = { chosen: Ticket[]; clear: () => void; keep: (kept: Ticket[]) => void; renew: (one: Ticket) => void };

/** What is done with the selected tickets, together or one by one on the map. */
export function Actions({ chosen, clear, keep, renew }: Given) {
  const said = useSignal('');
  const failures = useSignal<Failure[]>([]);
  const placing = useSignal<Ticket[] | null>(null);
  if (placing.value) return <Placing queue={placing.value} end={() => (placing.value = null)} renew={renew} />;
  if (chosen.length === 0 && !said.value) return null;
  return (
    <section class="bulk" aria-label={h('table.act')}>
      <p class="bulk-count" role="status">
        <strong>{chosen.length > 0 && h('table.selected', { n: chosen.length })}</strong> {said.value}
        {chosen.length > 0 && (
          <button type="button" class="link" onClick={clear}>
            {h('table.clear')}
          </button>
        )}
        {chosen.length > 0 && may('move_place') && (
          <button type="button" class="button" data-place onClick={() => (placing.value = chosen)}>
            {h('table.place')}
          </button>
        )}
      </p>
      {failures.value.length > 0 && (
        <ul class="error" role="alert">
          {failures.value.map(({ number, why }) => (
            <li key={number}>
              <code>{number}</code> {why}
            </li>
          ))}
        </ul>
      )}
      {chosen.length === 1 && chosen[0] && may('move_place') && <Candidates key={chosen[0].number} ticket={chosen[0]} />}
      {chosen.length > 0 && <Deeds chosen={chosen} said={said} failures={failures} keep={keep} />}
    </section>
  );
}

type DeedsGiven = { chosen: Ticket[]; said: Signal<string>; failures: Signal<Failure[]>; keep: (kept: Ticket[]) => void };

function Deeds({ chosen, said, failures, keep }: DeedsGiven) {
  const choice = useSignal('');
  const note = useSignal('');
  const targets = useSignal<Awaited<ReturnType<typeof listTargets>> | null>(null);
  const busy = useSignal(false);
  const numbers = chosen.map(({ number, grid }) => number + (grid?.code ?? '')).join();
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => void listTargets(chosen).then((found) => gone || (targets.value = found), () => undefined), 200);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [numbers]);
  const role = session.value?.role ?? '';
  const steps = chosen.map((one) => waysOn(one, workflows.value, role));
  const common = (steps[0] ?? []).filter(({ to_step }) => steps.every((ways) => ways.some((way) => way.to_step === to_step)));
  const run = async (event: Event) => {
    event.preventDefault();
    const deed = readDeed(choice.value);
    if (!deed || busy.peek()) return;
    busy.value = true;
    failures.value = [];
    failures.value = await doAll(chosen, deed, note.value, h('table.noPost'), (done) => (said.value = h('table.doing', { i: done + 1, n: chosen.length })));
    const done = chosen.length - failures.value.length;
    said.value = [done > 0 && h('table.done', { n: done }), failures.value.length > 0 && h('table.failed', { n: failures.value.length })].filter(Boolean).join(' · ');
    keep(chosen.filter((one) => failures.value.some(({ number }) => number === one.number)));
    choice.value = '';
    note.value = '';
    busy.value = false;
    ticketTick.value++;
  };
  return (
    <form class="bulk-form" onSubmit={(event) => void run(event)}>
      <select aria-label={h('table.act')} data-deed value={choice.value} onChange={(event) => (choice.value = event.currentTarget.value)}>
        <option value="">{h('table.choose')}</option>
        <optgroup label={h('table.give')}>
          {targets.value?.roles.map((one) => (
            <option key={one} value={`role:${one}`}>
              {h('table.own', { role: roleName(one) })}
            </option>
          ))}
          {targets.value?.posts.map((post) => (
            <option key={post.post} value={`post:${post.post}`}>
              {[roleName(post.role), post.name ?? post.title, post.area].filter(Boolean).join(' · ')}
            </option>
          ))}
          {may('hand_to_department') &&
            targets.value?.departments.map((name) => (
              <option key={name} value={`department:${name}`}>
                {name}
              </option>
            ))}
        </optgroup>
        {common.length > 0 && (
          <optgroup label={h('table.step_to')}>
            {common.map(({ to_step }) => (
              <option key={to_step} value={`step:${to_step}`}>
                {stepName(chosen[0]?.workflow ?? null, to_step)}
              </option>
            ))}
          </optgroup>
        )}
        {may('recategorise') && (
          <optgroup label={h('table.recat')}>
            {categories.value
              .filter(({ retired }) => !retired)
              .map((one) => (
                <option key={one.id} value={`category:${one.id}`}>
                  {nameOf(one, lang.value)}
                </option>
              ))}
          </optgroup>
        )}
      </select>
      <input type="text" aria-label={h('table.note')} placeholder={h('table.note')} maxLength={4000} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
      <button type="submit" class="button primary" data-run disabled={busy.value || !choice.value}>
        {h('table.do', { n: chosen.length })}
      </button>
    </form>
  );
}

function readDeed(choice: string): Deed | null {
  const at = choice.indexOf(':');
  const [kind, id] = [choice.slice(0, at), choice.slice(at + 1)];
  if (kind === 'role') return { what: 'give', to: { role: id } };
  if (kind === 'post') return { what: 'give', to: { post: Number(id) } };
  if (kind === 'department') return { what: 'give', to: { department: id } };
  if (kind === 'step') return { what: 'step', step: id };
  return kind === 'category' ? { what: 'category', category: id } : null;
}

/** One click on the map for each ticket; the last one can be placed again. */
function Placing({ queue, end, renew }: { queue: Ticket[]; end: () => void; renew: (one: Ticket) => void }) {
  const place = useSignal(0);
  const last = useSignal('');
  const { problem, send } = useSend();
  const one = queue[place.value];
  useSignalEffect(() => {
    const at = queue[place.value] && placeOf(queue[place.value] as Ticket);
    if (at) goal.value = at;
  });
  useEffect(() => {
    picking.value = (at) => void take(at);
    if (snap.peek() === 'full') snap.value = 'half'; // a phone's sheet leaves the map in sight
    return () => {
      picking.value = null;
      ticketTick.value++;
    };
  }, []);
  async function take(at: LonLat): Promise<void> {
    const ticket = queue[place.peek()];
    if (!ticket) return;
    await send(async () => {
      const placed = await setPlace(ticket.number, at);
      renew(placed);
      last.value = h('table.placed', { number: ticket.number, grid: placed.grid?.name ?? t('list.noGrid') });
      place.value += 1;
      if (place.peek() >= queue.length) end();
    });
  }
  return (
    <section class="bulk placing-bar" aria-label={h('table.place')}>
      <p role="status">
        {last.value && <span class="said">{last.value}</span>}
        {one && <strong>{h('table.placing', { i: place.value + 1, n: queue.length, what: `${one.number} ${one.description ?? categoryName(one.category, categories.value, lang.value)}` })}</strong>}
      </p>
      {problem.value && <Failed problem={problem.value} />}
      <div class="actions">
        {place.value > 0 && (
          <button type="button" class="button" onClick={() => (place.value -= 1)}>
            {h('table.again')}
          </button>
        )}
        <button type="button" class="button" onClick={() => (place.value + 1 < queue.length ? (place.value += 1) : end())}>
          {h('table.skip')}
        </button>
        <button type="button" class="button" onClick={end}>
          {h('table.stop')}
        </button>
      </div>
    </section>
  );
}

/** Of a ticket near an edge the grids that it may be in: one press gives it to another one, at the place there that is nearest to its own. */
function Candidates({ ticket }: { ticket: Ticket }) {
  const found = useSignal<Candidate[]>([]);
  const { problem, sending, send } = useSend();
  useEffect(() => void listCandidates(ticket).then((list) => (found.value = list), () => undefined), [ticket.number]);
  const others = found.value.filter(({ code }) => code !== ticket.grid?.code);
  if (others.length === 0) return null;
  const take = (code: string) =>
    send(async () => {
      const feature = await getArea(code);
      await setPlace(ticket.number, pointWithin(placeOf(ticket) ?? { lon: 0, lat: 0 }, feature.geometry?.coordinates ?? []), h('table.taken'));
      ticketTick.value++;
    });
  return (
    <div class="candidates">
      <span class="hint">{h('table.candidates')}</span>
      {problem.value && <Failed problem={problem.value} />}
      {others.map(({ code, share }) => (
        <button key={code} type="button" class="button" data-take={code} disabled={sending.value} onClick={() => void take(code)}>
          {h('table.take', { grid: areaName(code), share: showShare(share) })}
        </button>
      ))}
    </div>
  );
}
