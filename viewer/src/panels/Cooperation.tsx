import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { blowWhistle, handOver, listAssignees, passUp } from '../actions/cooperation';
import { type Assignees, type Ticket } from '../api/client';
import { roleName, t } from '../i18n';
import { useSend } from '../send';
import { may } from '../state';
import { Field } from '../ui/Field';
import { Failed } from '../ui/Notice';

type Way = 'assignment' | 'escalation' | 'whistle';
const actions: Record<Way, string[]> = {
  assignment: ['hand_over', 'hand_to_department'],
  escalation: ['pass_up'],
  whistle: ['whistle'],
};

/** Gives a ticket to somebody else, passes it up, or calls departments in, where this person may. */
export function Cooperation({ ticket }: { ticket: Ticket }) {
  const way = useSignal<Way | null>(null);
  const ways = (Object.keys(actions) as Way[]).filter((one) => actions[one].some(may));
  if (ticket.closed_at || ticket.history === undefined || ways.length === 0) return null;
  return (
    <section class="block cooperation">
      <h3>{t('coop.title')}</h3>
      <div class="segments">
        {ways.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={way.value === one}
            onClick={() => (way.value = way.value === one ? null : one)}
          >
            {t(`coop.${one}`)}
          </button>
        ))}
      </div>
      {way.value && <WayForm key={way.value} way={way} ticket={ticket} />}
    </section>
  );
}

type FormGiven = { way: Signal<Way | null>; ticket: Ticket };

function WayForm({ way, ticket }: FormGiven) {
  const { problem, sending, send } = useSend();
  const note = useSignal('');
  const to = useSignal('');
  const called = useSignal<string[]>([]);
  const hours = useSignal(0);
  const known = useSignal<Assignees | null>(null);
  useEffect(() => {
    void send(async () => (known.value = await listAssignees(ticket.number)));
  }, [ticket.number]);
  const submit = async (event: Event) => {
    event.preventDefault();
    const act = {
      assignment: () => handOver(ticket.number, target(to.value), note.value),
      escalation: () => passUp(ticket.number, note.value),
      whistle: () => blowWhistle(ticket.number, called.value, hours.value, note.value),
    }[way.value ?? 'escalation'];
    if (await send(act)) way.value = null;
  };
  const ready = { assignment: to.value !== '', escalation: note.value.trim() !== '', whistle: called.value.length > 0 };
  return (
    <form class="way" onSubmit={(event) => void submit(event)}>
      <p class="hint">{t(`coop.${way.value ?? 'escalation'}Hint`)}</p>
      {problem.value && <Failed problem={problem.value} fields={['note']} />}
      {way.value === 'assignment' && <Target known={known.value} to={to} />}
      {way.value === 'whistle' && <Called known={known.value} called={called} hours={hours} />}
      <Field label={t(way.value === 'escalation' ? 'ticket.noteNeeded' : 'ticket.note')} error={problem.value?.at('note')}>
        {(attributes) => (
          <textarea {...attributes} rows={2} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
        )}
      </Field>
      <button type="submit" class="button primary" disabled={sending.value || !ready[way.value ?? 'escalation']}>
        {t(`coop.${way.value ?? 'escalation'}Do`)}
      </button>
    </form>
  );
}

const target = (to: string): { post: number } | { department: string } =>
  to.startsWith('post:') ? { post: Number(to.slice(5)) } : { department: to.slice(11) };

function Target({ known, to }: { known: Assignees | null; to: Signal<string> }) {
  return (
    <Field label={t('coop.to')}>
      {(attributes) => (
        <select {...attributes} value={to.value} onChange={(event) => (to.value = event.currentTarget.value)}>
          <option value="">{t(known ? 'coop.choose' : 'app.loading')}</option>
          {may('hand_over') && (
            <optgroup label={t('coop.posts')}>
              {known?.posts.map((post) => (
                <option key={post.post} value={`post:${post.post}`}>
                  {[roleName(post.role), post.name ?? post.title, post.area].filter(Boolean).join(' · ')}
                </option>
              ))}
            </optgroup>
          )}
          {may('hand_to_department') && (
            <optgroup label={t('coop.departments')}>
              {known?.departments.map((name) => (
                <option key={name} value={`department:${name}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      )}
    </Field>
  );
}

type CalledGiven = { known: Assignees | null; called: Signal<string[]>; hours: Signal<number> };

function Called({ known, called, hours }: CalledGiven) {
  const toggle = (name: string) => {
    const without = called.value.filter((one) => one !== name);
    called.value = without.length < called.value.length ? without : [...called.value, name];
  };
  return (
    <>
      <fieldset class="checks">
        <legend>{t('coop.departments')}</legend>
        {known?.departments.length === 0 && <p class="hint">{t('coop.noDepartments')}</p>}
        {known?.departments.map((name) => (
          <label key={name}>
            <input type="checkbox" checked={called.value.includes(name)} onChange={() => toggle(name)} />
            {name}
          </label>
        ))}
      </fieldset>
      <Field label={t('coop.hours')} hint={t('coop.hoursHint')}>
        {(attributes) => (
          <input
            {...attributes}
            type="number"
            min={0}
            max={87600}
            value={hours.value || ''}
            onInput={(event) => (hours.value = Number(event.currentTarget.value) || 0)}
          />
        )}
      </Field>
    </>
  );
}
