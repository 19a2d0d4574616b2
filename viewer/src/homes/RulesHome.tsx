import './homes.css';
import { useSignal } from '@preact/signals';
import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { t, term } from '../i18n';
import { categories } from '../state';
import { Ask, holds, KeepForm, type Kept, KeptRow, nameOf, type Option, optionsOf, placeOf, type Spec, useKept, type Values } from './keeping';
import { KeepPage } from './KeepPage';
import { h } from './words';

type Rule = components['schemas']['KeptRule'];
type List = components['schemas']['RuleList'];
type Body = components['schemas']['RuleBody'];
const days = ['working', 'rest', 'weekend', 'holiday'] as const;
const texts = ['category', 'area', 'kind', 'days', 'starts', 'ends', 'shift', 'role', 'department', 'person', 'due_unit', 'note'] as const;
const numbers = ['priority', 'due_hours'] as const;
const at = (rule: string) => ({ params: { path: { rule } } });
export const unitOptions = (): Option[] => (['calendar', 'working'] as const).map((one) => [one, h(`unit.${one}`)]);
export const categoryName = (id: string): string => {
  const found = categories.value.find((one) => one.id === id);
  return found ? nameOf(found) : id;
};

/** Who gets which report: the rules, the most specific first. */
export default function RulesHome() {
  const words = useSignal('');
  const kept = useKept<List>(() => ask(api.GET('/api/v1/rules')));
  const list = kept.value.value.value;
  const specs = specsOf(list);
  const found = (list?.rules ?? []).filter((one) => holds(words.value, one.rule, one.note, ...conditions(one), targetOf(one, list)));
  const save = ({ rule = '', ...values }: Values) => kept.act(() => ask(api.PUT('/api/v1/rules/{rule}', { ...at(rule), body: bodyOf(values) })));
  return (
    <KeepPage
      title={t('desk.rules')}
      hint={h('rule.hint')}
      add="rule.new"
      specs={[{ name: 'rule', label: 'rule.rule', required: true }, ...specs]}
      start={{}}
      make={save}
      kept={kept}
      count={h('rule.count', { n: found.length })}
      isEmpty={found.length === 0}
      filter={<input type="search" class="people-find" aria-label={h('keep.find')} placeholder={h('keep.find')} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />}
    >
      <ul class="keep-list">
        {found.map((one) => (
          <Row key={one.rule} one={one} list={list} specs={specs} kept={kept} save={save} />
        ))}
      </ul>
    </KeepPage>
  );
}

function specsOf(list: List | null): Spec[] {
  const { roles = [], shifts = [], departments = [] } = list?.choices ?? {};
  const kinds = (['base', 'special'] as const).map((one): Option => [one, t(`kind.${one}`)]);
  return [
    { name: 'role', label: 'rule.role', hint: 'rule.oneHint', options: optionsOf(roles) },
    { name: 'department', label: 'rule.department', options: departments.map((one) => [one, one]) },
    { name: 'person', label: 'rule.person' },
    { name: 'category', label: 'rule.category', options: categories.value.map((one) => [one.id, nameOf(one)]) },
    { name: 'area', label: 'rule.area' },
    { name: 'kind', label: 'rule.kind', options: kinds },
    { name: 'days', label: 'rule.days', options: days.map((one) => [one, h(`rule.days.${one}`)]) },
    { name: 'weekdays', label: 'rule.weekdays', hint: 'rule.weekdaysHint' },
    { name: 'starts', label: 'rule.starts', as: 'time' },
    { name: 'ends', label: 'rule.ends', as: 'time' },
    { name: 'shift', label: 'rule.shift', options: optionsOf(shifts) },
    { name: 'due_hours', label: 'rule.due_hours', as: 'number' },
    { name: 'due_unit', label: 'rule.due_unit', options: unitOptions() },
    { name: 'priority', label: 'rule.priority', as: 'number' },
    { name: 'note', label: 'rule.note' },
  ];
}

/** What is left empty is left out: it holds for every one. */
function bodyOf(values: Values): Body {
  const given = texts.flatMap((name) => (values[name] ? [[name, values[name]]] : []));
  const counted = numbers.flatMap((name) => (values[name] ? [[name, Number(values[name])]] : []));
  const weekdays = (values['weekdays'] ?? '').split(/\D+/).filter(Boolean).map(Number);
  return { ...Object.fromEntries([...given, ...counted]), ...(weekdays.length > 0 && { weekdays }) } as Body;
}

const valuesOf = (one: Rule): Values => ({
  ...Object.fromEntries([...texts, ...numbers].map((name) => [name, String(one[name] ?? '')])),
  weekdays: (one.weekdays ?? []).join(','),
});

function conditions({ category, area, area_name, kind, days: which, weekdays, starts, ends, shift }: Rule): string[] {
  return [
    category && categoryName(category),
    area && placeOf(area, area_name),
    kind && term('kind', kind),
    which && h(`rule.days.${which}`),
    weekdays && h('rule.weekday', { days: weekdays.join('、') }),
    starts && `${starts}–${ends}`,
    shift,
  ].filter((one): one is string => Boolean(one));
}

function targetOf({ role, department, person_name, person }: Rule, list: List | null): string {
  const named = list?.choices.roles.find(({ id }) => id === role);
  return department ?? (role ? (named ? nameOf(named) : role) : (person_name ?? String(person ?? '')));
}

type RowGiven = { one: Rule; list: List | null; specs: Spec[]; kept: Kept<List>; save: (values: Values) => unknown };

function Row({ one, list, specs, kept, save }: RowGiven) {
  const { rule, due_hours, due_unit, priority, note } = one;
  const applies = conditions(one).join(' · ') || h('keep.any');
  return (
    <KeptRow
      name={rule}
      title={rule}
      lines={[`${h('rule.if')}${h('keep.colon')}${applies}`, `${h('rule.then')}${h('keep.colon')}${targetOf(one, list)}`, due_hours && `${due_hours} ${h(`unit.${due_unit ?? 'calendar'}`)}`, priority && h('rule.priorityIs', { n: priority }), note]}
      open={kept.open}
    >
      <KeepForm specs={specs} start={valuesOf(one)} sender={kept.sender} save={(values) => save({ ...values, rule })} cancel={() => (kept.open.value = '')} />
      <div class="actions">
        <Ask name="remove" label="rule.remove" ask={h('rule.removeAsk', { rule })} confirm="rule.removeDo" act={() => kept.act(() => ask(api.DELETE('/api/v1/rules/{rule}', at(rule))))} />
      </div>
    </KeptRow>
  );
}
