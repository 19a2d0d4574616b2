import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { chooseArea } from '../actions/areas';
import { type Hit, search } from '../actions/search';
import { chooseTicket } from '../actions/tickets';

const settle_ms = 120;

/** The search box as a state: its text, what it may mean, which hit is next, which number does not exist. */
export function useSearch(done: () => void) {
  const text = useSignal('');
  const hits = useSignal<Hit[] | null>(null);
  const active = useSignal(0);
  const missing = useSignal('');

  useEffect(() => {
    const wanted = text.value;
    const show = (found: Hit[]) => wanted === text.peek() && (hits.value = found);
    const timer = setTimeout(() => wanted && void search(wanted).then(show, () => undefined), settle_ms);
    return () => clearTimeout(timer);
  }, [text.value]);

  const close = () => (hits.value = null);
  const type = (value: string) => {
    text.value = value;
    active.value = 0;
    missing.value = '';
    if (!value) close();
  };
  const take = async (hit: Hit | undefined) => {
    if (!hit) return;
    close();
    missing.value = await open(hit);
    if (!missing.value) done();
  };
  const enter = async () => take((hits.value ?? (await search(text.value)))[active.value]);
  const step = (by: number) => {
    const count = Math.max(1, hits.value?.length ?? 0);
    active.value = (active.value + by + count) % count;
  };
  return { text, hits, active, missing, close, type, take, enter, step };
}

/** Opens what was found; returns the number of an unknown ticket, else nothing. */
async function open(hit: Hit): Promise<string> {
  if (hit.kind === 'area') chooseArea(hit.area.code, true);
  const number = hit.kind === 'ticket' ? hit.ticket.number : hit.kind === 'number' ? hit.text : '';
  return number && !(await chooseTicket(number, true)) ? number : '';
}
