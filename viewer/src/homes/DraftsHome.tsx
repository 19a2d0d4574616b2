import './homes.css';
import { useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { openDesk } from '../actions/desks';
import { loader } from '../actions/load';
import { areaMeant, areaName, t } from '../i18n';
import { useSend } from '../send';
import { areaTick, idle, type Loadable } from '../state';
import { showDay } from '../time';
import { DayField } from '../ui/DayField';
import { Field } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { DraftPage } from './DraftPage';
import { type Draft, listDrafts, openDraft } from './drafts';
import { h } from './words';

/** The changes of boundaries that somebody draws, checks and publishes; `item`: the one that is open. */
export default function DraftsHome({ item }: { item: string }) {
  const id = Number(item);
  return id > 0 ? <DraftPage key={id} id={id} /> : <List />;
}

export const titleOf = ({ title, changeset_id }: Draft): string => title || h('draft.untitled', { n: changeset_id });
export const nameOfArea = (code: string | null): string => (code ? areaName(code) : '');

/** State and count of a change set, by shape as well as by colour. */
export function State({ draft }: { draft: Draft }) {
  const { state, changed, errors, warnings } = draft;
  const badge = { open: 'open', waiting: 'due_soon', following: 'due_soon', published: 'done', discarded: 'done' }[state];
  return (
    <>
      <span class={`badge ${badge}`} data-state={state}>
        {h(`draft.state.${state}`)}
      </span>
      {state === 'open' && changed > 0 && <span class="hint">{h('draft.changed', { n: changed })}</span>}
      {state === 'open' && errors > 0 && <span class="badge overdue">{h('draft.errors', { n: errors })}</span>}
      {state === 'open' && warnings > 0 && <span class="badge due_soon">{h('draft.warnings', { n: warnings })}</span>}
    </>
  );
}

function List() {
  const drafts = useSignal<Loadable<Draft[]>>(idle());
  const load = useMemo(() => loader(drafts), []);
  const making = useSignal(false);
  useSignalEffect(() => {
    if (areaTick.value >= 0) void load(listDrafts);
  });
  const { value, problem } = drafts.value;
  return (
    <>
      <div class="page-head">
        <h2 tabIndex={-1}>{t('desk.drafts')}</h2>
      </div>
      <div class="page-body">
        {making.value ? (
          <NewDraft cancel={() => (making.value = false)} />
        ) : (
          <button type="button" class="button primary" data-new onClick={() => (making.value = true)}>
            {h('draft.new')}
          </button>
        )}
        {problem && <Failed problem={problem} retry={() => areaTick.value++} />}
        {!value && !problem && <Skeleton rows={6} />}
        {value?.length === 0 && <Empty icon="split" title={h('draft.none')} />}
        <ul class="drafts">
          {value?.map((draft) => (
            <li key={draft.changeset_id}>
              <button type="button" data-draft={draft.changeset_id} onClick={() => openDesk('drafts', String(draft.changeset_id))}>
                <strong>{titleOf(draft)}</strong>
                <span class="hint">
                  {[nameOfArea(draft.area_code), showDay(draft.published_at ?? draft.opened_at), h(draft.published_by ? 'draft.publishedBy' : 'draft.by', { who: draft.published_by ?? draft.opened_by })].filter(Boolean).join(' · ')}
                </span>
                <span class="draft-state">
                  <State draft={draft} />
                </span>
                <Icon name="next" />
              </button>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function NewDraft({ cancel }: { cancel: () => void }) {
  const title = useSignal('');
  const area = useSignal('');
  const from = useSignal('');
  const ground = useSignal<'keep' | 'gain' | 'any'>('keep');
  const { problem, sending, send } = useSend();
  const make = (event: Event) => {
    event.preventDefault();
    void send(async () => {
      const body = { title: title.value.trim(), area: area.value.trim(), ground: ground.value, ...(from.value && { valid_from: from.value }) };
      openDesk('drafts', String((await openDraft(body)).changeset_id));
    });
  };
  return (
    <form class="block" onSubmit={make}>
      <Field label={h('draft.title')} error={problem.value?.at('title')}>
        {(attributes) => <input {...attributes} type="text" name="title" maxLength={200} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />}
      </Field>
      <Field label={h('draft.area')} hint={areaMeant(area.value) || h('draft.areaHint')} error={problem.value?.at('area')}>
        {(attributes) => <input {...attributes} type="text" name="area" value={area.value} onInput={(event) => (area.value = event.currentTarget.value)} />}
      </Field>
      <Field label={h('draft.from')} hint={h('draft.fromHint')} error={problem.value?.at('valid_from')}>
        {(attributes) => <DayField {...attributes} name="from" value={from.value} onDay={(day) => (from.value = day)} />}
      </Field>
      <Field label={h('draft.ground')} error={problem.value?.at('ground')}>
        {(attributes) => (
          <select {...attributes} value={ground.value} onChange={(event) => (ground.value = event.currentTarget.value as 'keep')}>
            {(['keep', 'gain', 'any'] as const).map((one) => (
              <option key={one} value={one}>
                {h(`draft.ground.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {problem.value && <Failed problem={problem.value} fields={['title', 'area', 'valid_from', 'ground']} />}
      <div class="actions">
        <button type="submit" class="button primary" disabled={sending.value}>
          {h('draft.open')}
        </button>
        <button type="button" class="button" onClick={cancel}>
          {h('draft.no')}
        </button>
      </div>
    </form>
  );
}
