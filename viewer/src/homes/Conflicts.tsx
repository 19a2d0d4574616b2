import { useSignal } from '@preact/signals';
import { factText } from '../i18n';
import type { Sending } from '../send';
import { goal } from '../state';
import { nameOfArea } from './DraftsHome';
import { type Checked, type Found, resolveConflict, type Take } from './drafts';
import { h } from './words';

const takes = ['mine', 'theirs', 'both'] as const;
type Given = { id: number; found: Found[]; sender: Sending; solved: (draft: Checked) => void };

/** Grids that this draft altered and that somebody else altered and published since: whose shape is taken? */
export function Conflicts({ id, found, sender, solved }: Given) {
  const codes = [...new Map(found.filter(({ kind, code }) => kind === 'conflict' && code).map((one) => [one.code ?? '', one])).values()];
  const last = useSignal('');
  if (codes.length === 0) return null;
  const take = (how: Take, code: string | null) =>
    sender.send(async () => {
      solved(await resolveConflict(id, how, code));
      last.value = code ?? '';
    });
  const buttons = (code: string | null) => (
    <div class="actions">
      {takes.map((how) => (
        <button key={how} type="button" class="button" data-take={how} disabled={sender.sending.value} onClick={() => void take(how, code)}>
          {h(`draft.take.${how}`)}
        </button>
      ))}
    </div>
  );
  return (
    <section class="block conflicts">
      <h3>{h('draft.conflicts', { n: codes.length })}</h3>
      <p class="hint">{h('draft.conflictsHint')}</p>
      <ul class="keep-list">
        {codes.map((one) => (
          <li key={one.code} data-conflict={one.code}>
            <button type="button" class="link" disabled={one.lon === null} onClick={() => one.lon !== null && one.lat !== null && (goal.value = { lon: one.lon, lat: one.lat })}>
              {[nameOfArea(one.code), one.code].join(' ')}
            </button>
            <p class="hint">{factText(one)}</p>
            {buttons(one.code)}
          </li>
        ))}
      </ul>
      {codes.length > 1 && (
        <div data-conflict="all">
          <h4>{h('draft.takeAll', { n: codes.length })}</h4>
          {buttons(null)}
        </div>
      )}
    </section>
  );
}
