import './homes.css';
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { loader } from '../actions/load';
import { findMe } from '../actions/report';
import { readWork, steps, type Work } from '../actions/work';
import type { LonLat, Ticket } from '../api/client';
import { calledArea, t } from '../i18n';
import { inOrder, waysOn } from '../order';
import { areaIndex, idle, type Loadable, listTick, live, now, session, ticketTick, workflows, workTick } from '../state';
import { showTime } from '../time';
import { Icon } from '../ui/Icon';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { Job } from './Job';
import { PatrolSwitch } from './PatrolSwitch';
import { h } from './words';

/** What somebody on the ground does next: his tickets, the most urgent and nearest first. Works without a network. */
export default function WorkHome() {
  const list = useSignal<'mine' | 'area'>('mine');
  const work = useSignal<Loadable<Work>>(idle());
  const position = useSignal<LonLat | null>(null);
  const opened = useSignal('');
  const said = useSignal<'' | 'sent' | 'kept'>('');
  const load = useComputed(() => loader(work));
  useSignalEffect(() => {
    const which = list.value;
    void [session.value, live.value];
    if (ticketTick.value >= 0 && listTick.value >= 0 && workTick.value >= 0) void load.peek()(() => readWork(which), which);
  });
  useEffect(() => void findPosition(position, false), []);
  const { value, problem, loading } = work.value;
  const role = session.value?.role ?? '';
  const kept = new Set(steps.value.map(({ number }) => number));
  const ordered = inOrder(value?.tickets ?? [], position.value, now.value);
  const todo = ordered.filter((one) => kept.has(one.number) || waysOn(one, workflows.value, role).length > 0);
  const others = ordered.filter((one) => !todo.includes(one));
  const left = todo.filter(({ number }) => !kept.has(number));
  const done = (how: 'sent' | 'kept', number: string) => {
    said.value = how;
    opened.value = left.find((one) => one.number !== number)?.number ?? '';
  };
  return (
    <>
      <div class="page-head">
        <h2 tabIndex={-1}>{t('desk.work')}</h2>
        <p class="page-sub hint">{calledArea(session.value?.area ?? '') || session.value?.department}</p>
        <PatrolSwitch />
      </div>
      <div class="page-body work">
        <div class="work-ask">
          <div class="segments" role="group" aria-label={h('work.which')}>
            {(['mine', 'area'] as const).map((one) => (
              <button key={one} type="button" data-work={one} aria-pressed={list.value === one} onClick={() => (list.value = one)}>
                {h(`work.${one === 'mine' ? one : wider()}`)}
              </button>
            ))}
          </div>
          <Near position={position} />
        </div>
        {value?.isKept && <p class="waits" role="status">{h('work.keptAt', { time: showTime(value.at) })}</p>}
        {kept.size > 0 && <p class="waits" role="status">{h('work.stepsWait', { n: kept.size })}</p>}
        {said.value && <p class="said" role="status"><Icon name="check" />{h(said.value === 'kept' ? 'work.saved' : left.length > 0 ? 'work.done' : 'work.doneLast')}</p>}
        {problem && <Failed problem={problem} retry={() => ticketTick.value++} />}
        {!value && loading && <Skeleton rows={5} />}
        {value && todo.length === 0 && <Empty icon="check" title={h('work.none')}><p class="hint">{h('work.noneHint')}</p></Empty>}
        <ul class="jobs">
          {todo.map((one) => (
            <Job key={one.number} ticket={one} position={position.value} open={opened} done={done} />
          ))}
        </ul>
        {others.length > 0 && <Others tickets={others} />}
      </div>
    </>
  );
}

/** What the longer list is of. */
function wider(): 'area' | 'ward' | 'department' {
  const { area, department } = session.value ?? {};
  if (!area) return department ? 'department' : 'ward';
  return (areaIndex.value?.find(({ code }) => code === area)?.level ?? 'grid') === 'grid' ? 'area' : 'ward';
}

/** What waits for somebody else is named, not listed: I have nothing to do there now. */
const Others = ({ tickets }: { tickets: Ticket[] }) => <p class="hint">{h('work.others', { n: tickets.length })}</p>;

/** By distance once this device says where it is; asked for only where it was allowed before, or by a press. */
function Near({ position }: { position: { value: LonLat | null } }) {
  const off = useSignal(false);
  if (position.value || !window.isSecureContext) return null;
  if (off.value) return <p class="hint">{h('work.nearOff')}</p>;
  return (
    <button type="button" class="button" onClick={() => void findPosition(position, true).then((found) => (off.value = !found))}>
      <Icon name="aim" />
      {h('work.near')}
    </button>
  );
}

async function findPosition(position: { value: LonLat | null }, ask: boolean): Promise<boolean> {
  if (!window.isSecureContext) return false;
  const allowed = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null);
  if (!ask && allowed?.state !== 'granted') return false;
  return findMe().then(
    (found) => {
      position.value = found;
      return true;
    },
    () => false,
  );
}
