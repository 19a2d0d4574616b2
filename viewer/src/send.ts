import { type ReadonlySignal, useSignal } from '@preact/signals';
import { asProblem, type Problem } from './api/client';

export type Sending = {
  problem: ReadonlySignal<Problem | null>;
  sending: ReadonlySignal<boolean>;
  /** Runs the work, one at a time; did it succeed? */
  send: (work: () => Promise<unknown>) => Promise<boolean>;
};

/** What a form needs to send something: is it on its way, and what the server had against it. */
export function useSend(): Sending {
  const problem = useSignal<Problem | null>(null);
  const sending = useSignal(false);
  const send = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (sending.peek()) return false;
    sending.value = true;
    problem.value = null;
    await work().catch((thrown) => (problem.value = asProblem(thrown)));
    sending.value = false;
    return problem.peek() === null;
  };
  return { problem, sending, send };
}
