import './homes.css';
import { useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { loader } from '../actions/load';
import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { t } from '../i18n';
import { idle, type Loadable } from '../state';
import { showTime } from '../time';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { h } from './words';

type Entry = components['schemas']['AuditEntry'];
type Trail = { entries: Entry[]; next: number | null };
const settleMs = 300;

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
    const timer = setTimeout(() => void load(() => read()), settleMs);
    return () => clearTimeout(timer);
  });
  const { value, problem } = trail.value;
  const more = () => void load(async () => {
    const older = await read(value?.next ?? undefined);
    return { entries: [...(value?.entries ?? []), ...older.entries], next: older.next };
  });
  const given = (name: keyof typeof asked.value) => ({
    'data-audit': name,
    value: asked.value[name],
    onInput: (event: { currentTarget: HTMLInputElement }) => (asked.value = { ...asked.peek(), [name]: event.currentTarget.value.trim() }),
  });
  const field = (name: keyof typeof asked.value, type: 'text' | 'date') => (
    <label class="date">
      <span>{h(`audit.${name}`)}</span>
      {type === 'date' ? <input type="date" {...given(name)} /> : <input type="text" {...given(name)} />}
    </label>
  );
  return (
    <>
      <div class="page-head">
        <h2 tabIndex={-1}>{t('desk.audit')}</h2>
        <p class="page-sub hint">{h('audit.chain')}</p>
      </div>
      <div class="page-body audit">
        <div class="audit-ask">
          {field('who', 'text')}
          {field('what', 'text')}
          {field('from', 'date')}
          {field('to', 'date')}
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
                      {one.what}
                    </button>
                  </td>
                  <td>{one.subject}</td>
                  <td class="audit-facts">
                    <code>{Object.entries((one.facts ?? {}) as Record<string, unknown>).map(([name, fact]) => `${name}: ${typeof fact === 'string' ? fact : JSON.stringify(fact)}`).join('; ')}</code>
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
