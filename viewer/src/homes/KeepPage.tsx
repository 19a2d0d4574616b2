import type { ComponentChildren } from 'preact';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { type Kept, KeepForm, type Spec, type Values } from './keeping';
import { h, type Word } from './words';

type Given<T> = {
  title: string;
  hint: string;
  add: Word;
  specs: readonly Spec[];
  start: Values;
  make: (values: Values) => unknown;
  kept: Kept<T>;
  /** How many there are, in words; nothing while they are not known. */
  count: string;
  isEmpty: boolean;
  filter?: ComponentChildren;
  children: ComponentChildren;
};

/** A page on which something is kept: what it is, a form for a new one, a filter, the list. */
export function KeepPage<T>({ title, hint, add, specs, start, make, kept, count, isEmpty, filter, children }: Given<T>) {
  const { value, problem } = kept.value.value;
  const { sender, open } = kept;
  return (
    <>
      <div class="page-head">
        <h2 tabIndex={-1}>{title}</h2>
        <p class="page-sub hint">{hint}</p>
      </div>
      <div class="page-body keep">
        {sender.problem.value && <Failed problem={sender.problem.value} fields={specs.map(({ name }) => name)} />}
        {open.value === '+' ? (
          <KeepForm specs={specs} start={start} sender={sender} save={make} cancel={() => (open.value = '')} submit="keep.add" />
        ) : (
          <button type="button" class="button primary" data-new onClick={() => (open.value = '+')}>
            {h(add)}
          </button>
        )}
        {filter}
        {problem && <Failed problem={problem} retry={() => void kept.renew()} />}
        {!value && !problem && <Skeleton rows={8} />}
        {value && (
          <p class="hint" role="status">
            {count}
          </p>
        )}
        {value && isEmpty && <Empty icon="inbox" title={h('keep.empty')} />}
        {children}
      </div>
    </>
  );
}
