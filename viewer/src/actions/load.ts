import type { Signal } from '@preact/signals';
import { asProblem } from '../api/client';
import type { Loadable } from '../state';

/**
 * A function that fills `into` with what its work resolves to. Only the newest call counts, so a slow
 * old answer never overwrites a new one; the old value stays visible while the new one is on its way, and
 * where it could not be had, but not where there is nothing of the kind, nor where it answers another
 * `question` (area, filter, date): then it is another's.
 */
export function loader<T>(into: Signal<Loadable<T>>): (work: () => Promise<T>, question?: unknown) => Promise<void> {
  let newest = 0;
  let answered = '';
  return async (work, question = null) => {
    const turn = ++newest;
    const asked = JSON.stringify(question);
    into.value = { ...into.peek(), loading: true, problem: null };
    try {
      const value = await work();
      if (turn !== newest) return;
      answered = asked;
      into.value = { value, loading: false, problem: null };
    } catch (thrown) {
      if (turn !== newest) return;
      const problem = asProblem(thrown);
      const isAnothers = problem.status === 404 || (answered !== '' && asked !== answered);
      into.value = { value: isAnothers ? null : into.peek().value, loading: false, problem };
    }
  };
}
