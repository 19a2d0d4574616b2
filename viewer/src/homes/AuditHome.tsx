import './homes.css';
import { useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { loader } from '../actions/load';
import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { t } from '../i18n';
import { idle, type Loadable } from '../state';
import { showTime } from '../time';
import { LabelledDay } from '../ui/DayField';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { deedOf, deeds, type Facts, type Part, partsOf, subjectOf } from './auditSaid';
import { h } from './words';

type Entry = components['schemas']['AuditEntry'];
type Trail = { entries: Entry[]; next: number | null };
const settleMs = 300;
const few = 3;

/** Who did what, and who read whom: the newest first, narrowed by person, deed and time. */
export default function AuditHome() {
  const asked = useSignal({ who: '', what: '', from: '', to: '' });
  const trail = useSignal<Loadable<Trail>>(idle());
  const load = useMemo(() => loader(trail), []);
  const read = async (before?: number) => {
    const { who, what, from, to } = asked.peek();
    const query = { limit: 100, ...(who && { who }), ...(what && { what }), ...(from && { from }), ...(to && { to }), ...(before && { before }) };
    return ask(api.GET('/api/v1/audit', { params: { query } }));
  };
  useSignalEffect(() => {
    void asked.value;
    const timer = setTimeout(() => void load(() => read(), asked.peek()), settleMs);
    return () => clearTimeout(timer);
  });
  const { value, problem } = trail.value;
  const more = () => void load(async () => {
    const older = await read(value?.next ?? undefined);
    return { entries: [...(value?.entries ?? []), ...older.entries], next: older.next };
  }, asked.peek());
  const day = (name: 'from' | 'to') => <LabelledDay label={h(`audit.${name}`)} data-audit={name} value={asked.value[name]} onDay={(chosen) => (asked.value = { ...asked.peek(), [name]: chosen })} />;
  return (
    <>
      <div class="page-head">
        <h2 tabIndex={-1}>{t('desk.audit')}</h2>
        <p class="page-sub hint">{h('audit.chain')}</p>
      </div>
      <div class="page-body audit">
        <div class="audit-ask">
          <label class="date">
            <span>{h('audit.who')}</span>
            <input type="text" data-audit="who" value={asked.value.who} onInput={(event) => (asked.value = { ...asked.peek(), who: event.currentTarget.value.trim() })} />
          </label>
          <Deed chosen={asked.value.what} choose={(what) => (asked.value = { ...asked.peek(), what })} />
          {day('from')}
          {day('to')}
        </div>
        {problem && <Failed problem={problem} retry={() => void load(() => read())} />}
        {!value && !problem && <Skeleton rows={10} />}
        {value?.entries.length === 0 && <Empty icon="inbox" title={h('audit.none')} />}
        {value && value.entries.length > 0 && (
          <table class="tickets audit-table">
            <caption class="only-read">{t('desk.audit')}</caption>
            <thead>
              <tr>
                {(['at', 'who', 'what', 'subject', 'facts'] as const).map((one) => (
                  <th key={one} scope="col">
                    {h(`audit.${one}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {value.entries.map((one) => (
                <tr key={one.audit_id} data-audit-id={one.audit_id}>
                  <td class="hint">{showTime(one.at)}</td>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => (asked.value = { ...asked.peek(), who: one.who })}>
                      {one.who || h('audit.stranger')}
                    </button>
                  </th>
                  <td>
                    <button type="button" class="link" onClick={() => (asked.value = { ...asked.peek(), what: one.what })}>
                      {deedOf(one.what, one.facts as Facts)}
                    </button>
                  </td>
                  <td>
                    <Said {...subjectOf(one.what, one.subject)} />
                  </td>
                  <td class="audit-facts">
                    {partsOf((one.facts ?? {}) as Facts).map(({ label, ...said }) => (
                      <span key={label}>
                        {label}
                        {(said.words ?? said.data ?? said.list) !== undefined && h('keep.colon')}
                        <Said {...said} />
                      </span>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {value?.next && (
          <button type="button" class="button" data-more onClick={more}>
            {h('audit.more')}
          </button>
        )}
      </div>
    </>
  );
}

/** A list of tickets has hundreds of numbers: the first few are shown, the others on demand. */
function Said({ words, data, list }: Omit<Part, 'label'>) {
  if (words !== undefined) return <>{words}</>;
  if (list && list.length > few) {
    return (
      <details>
        <summary>
          <code>{list.slice(0, few).join(' ')}</code> {h('audit.and_more', { n: list.length - few })}
        </summary>
        <code>{list.slice(few).join(' ')}</code>
      </details>
    );
  }
  const said = list?.join(' ') ?? data;
  return said ? <code>{said}</code> : null;
}

/** Which deed: all, or one of those that we have words for, or one that a row names. */
function Deed({ chosen, choose }: { chosen: string; choose: (what: string) => void }) {
  const offered = chosen && !deeds.includes(chosen) ? [...deeds, chosen] : deeds;
  return (
    <label class="date">
      <span>{h('audit.what')}</span>
      <select data-audit="what" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{h('audit.anything')}</option>
        {offered.map((one) => (
          <option key={one} value={one}>
            {deedOf(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
