import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { chooseArea } from '../actions/areas';
import { type Candidate, listCandidates } from '../actions/candidates';
import type { Ticket } from '../api/client';
import { vagueness } from '../doubt';
import { areaName, t } from '../i18n';
import { showMetres, showShare } from '../time';
import { Icon } from '../ui/Icon';

/** A ticket's place is vague: how far off it may be, and which grids it may be in; nothing for a sure one. */
export function Unsure({ ticket }: { ticket: Ticket }) {
  const found = useSignal<Candidate[]>([]);
  const vague = vagueness(ticket);
  useEffect(() => {
    if (vague) void listCandidates(ticket).then((list) => (found.value = list), () => undefined);
  }, [vague !== null]);
  if (!vague) return null;
  return (
    <div class="where doubt" data-unsure>
      <Icon name="alert" />
      <div>
        <p>{vague.accuracy_m > 0 ? t('ticket.unsure', { d: showMetres(vague.accuracy_m) }) : t('ticket.unsureEdge')}</p>
        <ul class="candidates">
          {found.value.map(({ code, share }) => (
            <li key={code}>
              <button type="button" class="link" onClick={() => chooseArea(code, true)}>
                {areaName(code)}
              </button>{' '}
              <span class="hint">{showShare(share)}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
