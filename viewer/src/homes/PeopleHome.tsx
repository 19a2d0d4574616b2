/* Long because it is an account from making to removing. */
import './homes.css';
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { loader } from '../actions/load';
import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { areaMeant, calledArea, roleName, t } from '../i18n';
import { type Sending, useSend } from '../send';
import { config, idle, type Loadable, session } from '../state';
import { showDay } from '../time';
import { Field } from '../ui/Field';
import { Failed, Skeleton } from '../ui/Notice';
import { h } from './words';

type Account = components['schemas']['AccountAnswer'];
type Values = { name: string; role: string; area: string; department: string; person: string };
const fields = ['name', 'role', 'area', 'department', 'person'] as const;
const empty: Values = { name: '', role: '', area: '', department: '', person: '' };
const at = (name: string) => ({ params: { path: { name } } });

/** Who can sign in: made, changed, let out and in, by those who may. A secret is shown once. */
export default function PeopleHome() {
  const accounts = useSignal<Loadable<Account[]>>(idle());
  const load = useMemo(() => loader(accounts), []);
  const sender = useSend();
  const open = useSignal('');
  const words = useSignal('');
  const shown = useSignal<{ name: string; secret: string } | null>(null);
  const renew = () => load(async () => (await ask(api.GET('/api/v1/accounts'))).accounts);
  useSignalEffect(() => {
    if (session.value) void renew();
  });
  const { value, problem } = accounts.value;
  const found = (value ?? []).filter((one) => matches(one, words.value));
  const act = (work: () => Promise<unknown>) =>
    sender.send(async () => {
      await work();
      open.value = '';
      await renew();
    });
  return (
    <>
      <div class="page-head">
        <h2 tabIndex={-1}>{t('desk.people')}</h2>
        <p class="page-sub hint">{h('people.hint')}</p>
      </div>
      <div class="page-body people">
        {shown.value && <Secret of={shown.value} />}
        {sender.problem.value && <Failed problem={sender.problem.value} fields={[...fields]} />}
        {open.value === '+' ? (
          <AccountForm
            start={empty}
            sender={sender}
            cancel={() => (open.value = '')}
            save={(values) => act(async () => (shown.value = await ask(api.POST('/api/v1/accounts', { body: values }))))}
            isNew
          />
        ) : (
          <button type="button" class="button primary" data-new onClick={() => (open.value = '+')}>
            {h('people.new')}
          </button>
        )}
        <input type="search" class="people-find" aria-label={h('people.find')} placeholder={h('people.find')} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
        {problem && <Failed problem={problem} retry={() => void renew()} />}
        {!value && !problem && <Skeleton rows={8} />}
        {value && <p class="hint" role="status">{h('people.count', { n: found.length })}</p>}
        <table class="tickets people-table">
          <caption class="only-read">{t('desk.people')}</caption>
          <thead>
            <tr>
              <th scope="col">{h('people.name')}</th>
              <th scope="col">{h('people.role')}</th>
              <th scope="col">{h('people.area')}</th>
              <th scope="col">{h('people.state')}</th>
              <th scope="col">
                <span class="only-read">{h('people.change')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map((one) => (
              <Person key={one.name} one={one} open={open} sender={sender} act={act} show={(secret) => (shown.value = secret)} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const areaOf = (code: string | null): string => (code ? calledArea(code) : '');

function matches(one: Account, words: string): boolean {
  const text = [one.name, one.role, roleName(one.role), areaOf(one.area), one.department, one.person].join(' ').toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function Secret({ of: { name, secret } }: { of: { name: string; secret: string } }) {
  return (
    <p class="waits" role="status">
      <span>
        {h('people.secretOf', { name })} <code data-secret>{secret}</code>
      </span>
    </p>
  );
}

type PersonGiven = { one: Account; open: Signal<string>; sender: Sending; act: (work: () => Promise<unknown>) => Promise<boolean>; show: (secret: { name: string; secret: string }) => void };

function Person({ one, open, sender, act, show }: PersonGiven) {
  const { name, role, area, department, person, disabled_at, login, may_change } = one;
  const isOpen = open.value === name;
  return (
    <>
      <tr data-account={name}>
        <th scope="row">
          {name}
          {person && <span class="hint">{person}</span>}
          {(area || department) && <span class="narrow-fact hint">{[areaOf(area), department].filter(Boolean).join(' ')}</span>}
        </th>
        <td>{roleName(role)}</td>
        <td>
          {areaOf(area)} {department}
        </td>
        <td>
          <span class={`badge ${disabled_at ? 'overdue' : 'done'}`}>{disabled_at ? h('people.off', { time: showDay(disabled_at) }) : h('people.on')}</span>
          {login !== 'none' && <span class="hint">{t('print.key', { layer: h('people.login'), key: h(`people.login.${login}`) })}</span>}
        </td>
        <td>
          {may_change && (
            <button type="button" class="button" data-change={name} aria-expanded={isOpen} onClick={() => (open.value = isOpen ? '' : name)}>
              {h('people.change')}
            </button>
          )}
        </td>
      </tr>
      {isOpen && (
        <tr class="people-form">
          <td colSpan={5}>
            <Change one={one} sender={sender} act={act} show={show} cancel={() => (open.value = '')} />
          </td>
        </tr>
      )}
    </>
  );
}

function Change({ one, sender, act, show, cancel }: Omit<PersonGiven, 'open'> & { cancel: () => void }) {
  const { name, role, area, department, person, disabled_at } = one;
  const removing = useSignal(false);
  const start = { name, role, area: area ?? '', department: department ?? '', person: person ?? '' };
  const save = (values: Values) =>
    act(() => {
      const body = Object.fromEntries(fields.filter((field) => field !== 'name' && values[field] !== start[field]).map((field) => [field, values[field]]));
      return ask(api.PATCH('/api/v1/accounts/{name}', { ...at(name), body: body as never }));
    });
  return (
    <>
      <AccountForm start={start} sender={sender} save={save} cancel={cancel} />
      <div class="actions">
        <button type="button" class="button" data-act="secret" onClick={() => void act(async () => show(await ask(api.POST('/api/v1/accounts/{name}/secret', at(name)))))}>
          {h('people.secret')}
        </button>
        {disabled_at ? (
          <button type="button" class="button" data-act="enable" onClick={() => void act(() => ask(api.POST('/api/v1/accounts/{name}/enable', at(name))))}>
            {h('people.enable')}
          </button>
        ) : (
          <button type="button" class="button" data-act="disable" onClick={() => void act(() => ask(api.POST('/api/v1/accounts/{name}/disable', at(name))))}>
            {h('people.disable')}
          </button>
        )}
        {!removing.value && (
          <button type="button" class="button" data-act="remove" onClick={() => (removing.value = true)}>
            {h('people.remove')}
          </button>
        )}
      </div>
      {removing.value && (
        <div role="alertdialog" aria-label={h('people.removeAsk', { name })}>
          <p>{h('people.removeAsk', { name })}</p>
          <button type="button" class="button primary" data-act="really" onClick={() => void act(() => ask(api.DELETE('/api/v1/accounts/{name}', at(name))))}>
            {h('people.removeDo')}
          </button>
        </div>
      )}
    </>
  );
}

type FormGiven = { start: Values; sender: Sending; save: (values: Values) => Promise<boolean>; cancel: () => void; isNew?: boolean };

function AccountForm({ start, sender, save, cancel, isNew = false }: FormGiven) {
  const values = useSignal(start);
  const text = (field: keyof Values, hint = '', label = h(`people.${field}`)) => (
    <Field label={label} hint={hint} error={sender.problem.value?.at(field)}>
      {(attributes) => (
        <input {...attributes} type="text" name={`account-${field}`} autocomplete="off" value={values.value[field]} onInput={(event) => (values.value = { ...values.peek(), [field]: event.currentTarget.value.trim() })} />
      )}
    </Field>
  );
  const send = (event: Event) => {
    event.preventDefault();
    void save(values.peek());
  };
  return (
    <form class="account" onSubmit={send}>
      {isNew && text('name', h('people.nameHint'))}
      <Field label={h('people.role')} error={sender.problem.value?.at('role')}>
        {(attributes) => (
          <select {...attributes} name="account-role" value={values.value.role} onChange={(event) => (values.value = { ...values.peek(), role: event.currentTarget.value })}>
            <option value="">{h('table.choose')}</option>
            {config.value.roles.map(({ role }) => (
              <option key={role} value={role}>
                {roleName(role)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {text('area', areaMeant(values.value.area), h('post.area'))}
      {text('department')}
      {text('person', h('people.personHint'))}
      <div class="actions">
        <button type="submit" class="button primary" disabled={sender.sending.value || !values.value.role || !values.value.name}>
          {h(isNew ? 'people.make' : 'people.save')}
        </button>
        <button type="button" class="button" onClick={cancel}>
          {h('people.cancel')}
        </button>
      </div>
    </form>
  );
}
