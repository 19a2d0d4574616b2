import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { openHit, search } from '../actions/search';
import { asProblem, type Problem, type SearchHit } from '../api/client';

const settle_ms = 120;

/** The search box as a state: its text, what it may mean, which hit is next, why nothing could be asked. */
export function useSearch(done: () => void) {
  const text = useSignal('');
  const hits = useSignal<SearchHit[] | null>(null);
  const active = useSignal(0);
  const problem = useSignal<Problem | null>(null);

  const find = async (wanted: string): Promise<SearchHit[] | null> => {
    const found = await search(wanted).catch((thrown) => {
      problem.value = asProblem(thrown);
      return null;
    });
    if (found) problem.value = null;
    return wanted === text.peek() ? found : null;
  };
  useEffect(() => {
    const wanted = text.value;
    const timer = setTimeout(() => wanted && void find(wanted).then((found) => found && (hits.value = found)), settle_ms);
    return () => clearTimeout(timer);
  }, [text.value]);

  const close = () => {
    hits.value = null;
    problem.value = null;
  };
  const type = (value: string) => {
    text.value = value;
    active.value = 0;
    if (!value) close();
  };
  const take = (hit: SearchHit | undefined) => {
    if (!hit) return;
    close();
    openHit(hit);
    done();
  };
  const enter = async () => {
    const found = hits.value ?? (await find(text.value));
    if (found?.length === 0) hits.value = found;
    else take(found?.[active.value]);
  };
  const step = (by: number) => {
    const count = Math.max(1, hits.value?.length ?? 0);
    active.value = (active.value + by + count) % count;
  };
  return { text, hits, active, problem, close, type, take, enter, step };
}
