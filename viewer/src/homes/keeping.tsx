/** What the pages share on which something is kept: a list that is asked for again after each deed, a form, a question, a secret shown once. */
import { type ReadonlySignal, type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { loader } from '../actions/load';
import { areaMeant, calledArea } from '../i18n';
import { type Sending, useSend } from '../send';
import { idle, lang, type Loadable, session } from '../state';
import { nameOf as named } from '../tickets';
import { DayField, TimeField } from '../ui/DayField';
import { Field } from '../ui/Field';
import { h, type Word } from './words';

export type Option = readonly [value: string, label: string];
/** A field of a form; its value is text, of a checkbox `yes` or nothing. */
export type Spec = {
  name: string;
  label: Word;
  hint?: Word;
  as?: 'text' | 'number' | 'date' | 'time' | 'check';
  options?: readonly Option[];
  /** What choosing none means. */
  none?: Word;
  required?: boolean;
};
export type Values = Record<string, string>;
export type Named = { id: string; name_zh: string; name_en: string };

export const nameOf = (one: Pick<Named, 'name_zh' | 'name_en'>): string => named(one, lang.value);
export const optionsOf = (all: readonly Named[]): Option[] => all.map((one) => [one.id, nameOf(one)]);
export const placeOf = (code: string | null, name?: string | null): string => (code ? calledArea(code, name ?? undefined) : '');

/** Do all these words stand somewhere in it? */
export function holds(words: string, ...parts: (string | null | undefined)[]): boolean {
  const text = parts.join(' ').toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

export type Kept<T> = {
  value: ReadonlySignal<Loadable<T>>;
  renew: () => Promise<void>;
  sender: Sending;
  /** What is open: `+` the form of a new one, else the key of one. */
  open: Signal<string>;
  /** Does something, closes the form, and asks for the list again. */
  act: (work: () => Promise<unknown>) => Promise<boolean>;
};

/** A list that somebody keeps; asked for again when what `read` looks at changes, and after each deed. */
export function useKept<T>(read: () => Promise<T>): Kept<T> {
  const value = useSignal<Loadable<T>>(idle());
  const load = useMemo(() => loader(value), []);
  const sender = useSend();
  const open = useSignal('');
  const renew = () => load(read);
  useSignalEffect(() => {
    if (session.value) void renew();
  });
  const act = (work: () => Promise<unknown>) =>
    sender.send(async () => {
      await work();
      open.value = '';
      await renew();
    });
  return { value, renew, sender, open, act };
}

type FormGiven = { specs: readonly Spec[]; start: Values; sender: Sending; save: (values: Values) => unknown; cancel: () => void; submit?: Word };

/** A form of these fields; what the server has against one is shown below it. */
export function KeepForm({ specs, start, sender, save, cancel, submit = 'keep.save' }: FormGiven) {
  const values = useSignal(start);
  const lacks = specs.some(({ name, required }) => required && !values.value[name]);
  const send = (event: Event) => {
    event.preventDefault();
    void save(values.peek());
  };
  return (
    <form class="account" onSubmit={send}>
      {specs.map((spec) => (
        <Entry key={spec.name} spec={spec} values={values} sender={sender} />
      ))}
      <div class="actions">
        <button type="submit" class="button primary" disabled={sender.sending.value || lacks}>
          {h(submit)}
        </button>
        <button type="button" class="button" onClick={cancel}>
          {h('keep.cancel')}
        </button>
      </div>
    </form>
  );
}

function Entry({ spec: { name, label, hint, as = 'text', options, none = 'keep.any', required = false }, values, sender }: { spec: Spec; values: Signal<Values>; sender: Sending }) {
  const put = (value: string) => (values.value = { ...values.peek(), [name]: value });
  const value = values.value[name] ?? '';
  if (as === 'check') {
    return (
      <label class="check-field">
        <input type="checkbox" name={`keep-${name}`} checked={value === 'yes'} onChange={(event) => put(event.currentTarget.checked ? 'yes' : '')} />
        {h(label)}
      </label>
    );
  }
  return (
    <Field label={h(label)} hint={(name === 'area' && areaMeant(value)) || (hint && h(hint))} error={sender.problem.value?.at(name)}>
      {(attributes) =>
        options ? (
          <select {...attributes} name={`keep-${name}`} required={required} value={value} onChange={(event) => put(event.currentTarget.value)}>
            <option value="">{h(required ? 'table.choose' : none)}</option>
            {options.map(([id, words]) => (
              <option key={id} value={id}>
                {words}
              </option>
            ))}
          </select>
        ) : as === 'date' ? (
          <DayField {...attributes} name={`keep-${name}`} required={required} value={value} onDay={put} />
        ) : as === 'time' ? (
          <TimeField {...attributes} name={`keep-${name}`} required={required} value={value} onTime={put} />
        ) : (
          <input {...attributes} type={as as 'text'} name={`keep-${name}`} autocomplete="off" required={required} {...(as === 'number' && { min: 1, inputMode: 'numeric' })} value={value} onInput={(event) => put(event.currentTarget.value.trim())} />
        )
      }
    </Field>
  );
}

type AskGiven = { label: Word; ask: string; confirm: Word; act: () => unknown; name: string };

/** A button whose deed is asked about first. */
export function Ask({ label, ask, confirm, act, name }: AskGiven) {
  const asking = useSignal(false);
  if (!asking.value) {
    return (
      <button type="button" class="button" data-act={name} onClick={() => (asking.value = true)}>
        {h(label)}
      </button>
    );
  }
  return (
    <div class="asked" role="alertdialog" aria-label={ask}>
      <p>{ask}</p>
      <div class="actions">
        <button type="button" class="button primary" data-act={`${name}-really`} ref={(button) => button?.focus()} onClick={() => void act()}>
          {h(confirm)}
        </button>
        <button type="button" class="button" onClick={() => (asking.value = false)}>
          {h('keep.cancel')}
        </button>
      </div>
    </div>
  );
}

/** A secret that is shown once, to be copied. */
export function Once({ of, secret }: { of: string; secret: string }) {
  const copied = useSignal(false);
  const copy = () => void navigator.clipboard?.writeText(secret).then(() => (copied.value = true), () => undefined);
  return (
    <div class="waits once" role="status">
      <span>
        {of}
        {h('keep.once')} <code data-secret>{secret}</code>
      </span>
      <button type="button" class="button" onClick={copy}>
        {h(copied.value ? 'keep.copied' : 'keep.copy')}
      </button>
    </div>
  );
}

type RowGiven = { name: string; title: string; lines: (string | false | 0 | null | undefined)[]; badges?: ComponentChildren; open: Signal<string>; label?: Word; depth?: number; children?: ComponentChildren };

/** One of a list: what it is, facts in lines, and below it, once opened, what can be done with it. */
export function KeptRow({ name, title, lines, badges, open, label = 'keep.change', depth = 0, children }: RowGiven) {
  const isOpen = open.value === name;
  return (
    <li data-kept={name} data-depth={Math.min(depth, 4)}>
      <div class="kept-head">
        <div>
          <h3>{title}</h3>
          <p class="hint">{lines.filter(Boolean).join(' · ')}</p>
        </div>
        <span class="kept-badges">{badges}</span>
        {children && (
          <button type="button" class="button" data-change={name} aria-expanded={isOpen} aria-label={`${h(label)} ${title}`} onClick={() => (open.value = isOpen ? '' : name)}>
            {h(label)}
          </button>
        )}
      </div>
      {isOpen && <div class="kept-open">{children}</div>}
    </li>
  );
}
