import './homes.css';
import { useSignal } from '@preact/signals';
import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { t } from '../i18n';
import { categories, workflows } from '../state';
import { Ask, holds, KeepForm, type Kept, KeptRow, nameOf, type Option, type Spec, useKept, type Values } from './keeping';
import { KeepPage } from './KeepPage';
import { unitOptions } from './RulesHome';
import { h } from './words';

type Category = components['schemas']['KeptCategory'];
type Body = components['schemas']['KeptCategoryBody'];
const at = (category: string) => ({ params: { path: { category } } });
const first: Values = { due_unit: 'calendar', public_place: 'point', workflow: 'six_step', needs_words: '' };

/** What reports can be about: the tree, how soon each is due, and how exact a place everybody reads. */
export default function CategoriesHome() {
  const words = useSignal('');
  const kept = useKept<Category[]>(async () => (await ask(api.GET('/api/v1/categories/kept'))).categories);
  const all = kept.value.value.value ?? [];
  const found = all.filter((one) => holds(words.value, one.id, one.name_zh, one.name_en));
  const save = ({ id = '', ...values }: Values) =>
    kept.act(async () => {
      await ask(api.PUT('/api/v1/categories/{category}', { ...at(id), body: bodyOf(values) }));
      categories.value = await ask(api.GET('/api/v1/categories'));
    });
  return (
    <KeepPage
      title={t('desk.categories')}
      hint={h('category.hint')}
      add="category.new"
      specs={[{ name: 'id', label: 'category.id', hint: 'category.idHint', required: true }, ...specsOf(all)]}
      start={first}
      make={save}
      kept={kept}
      count={h('category.count', { n: found.length })}
      isEmpty={found.length === 0}
      filter={<input type="search" class="people-find" aria-label={h('keep.find')} placeholder={h('keep.find')} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />}
    >
      <ul class="keep-list">
        {found.map((one) => (
          <Row key={one.id} one={one} all={all} kept={kept} save={save} />
        ))}
      </ul>
    </KeepPage>
  );
}

function specsOf(all: readonly Category[], own = ''): Spec[] {
  const above = all.filter(({ id }) => id !== own).map((one): Option => [one.id, `${'　'.repeat(one.depth)}${nameOf(one)}`]);
  return [
    { name: 'name_zh', label: 'category.name_zh', required: true },
    { name: 'name_en', label: 'category.name_en', required: true },
    { name: 'parent', label: 'category.parent', options: above, none: 'keep.none' },
    { name: 'due_hours', label: 'category.due_hours', as: 'number', required: true },
    { name: 'due_unit', label: 'category.due_unit', options: unitOptions(), required: true },
    { name: 'public_place', label: 'category.public_place', options: [['point', h('category.place.point')], ['grid', h('category.place.grid')]], required: true },
    { name: 'needs_words', label: 'category.needs_words', options: [['yes', h('keep.yes')], ['no', h('keep.no')]], none: 'category.words.above' },
    { name: 'workflow', label: 'category.workflow', options: workflows.value.map(({ workflow, name_zh, name_en }) => [workflow, nameOf({ name_zh, name_en })]), required: true },
    { name: 'retired', label: 'category.retired', as: 'check' },
  ];
}

const bodyOf = (values: Values): Body => ({
  name_zh: values['name_zh'] ?? '',
  name_en: values['name_en'] ?? '',
  parent: values['parent'] || null,
  due_hours: Number(values['due_hours']),
  due_unit: values['due_unit'] as Body['due_unit'],
  public_place: values['public_place'] as Body['public_place'],
  workflow: values['workflow'] ?? '',
  needs_words: values['needs_words'] ? values['needs_words'] === 'yes' : null,
  retired: values['retired'] === 'yes',
});

const valuesOf = ({ parent, name_zh, name_en, due_hours, due_unit, public_place, workflow, needs_words, retired }: Category): Values => ({
  parent: parent ?? '',
  name_zh,
  name_en,
  due_hours: String(due_hours),
  due_unit,
  public_place,
  workflow,
  needs_words: needs_words === null ? '' : needs_words ? 'yes' : 'no',
  retired: retired ? 'yes' : '',
});

type RowGiven = { one: Category; all: readonly Category[]; kept: Kept<Category[]>; save: (values: Values) => unknown };

function Row({ one, all, kept, save }: RowGiven) {
  const { id, depth, name_zh, name_en, due_hours, due_unit, public_place, needs_words, retired, is_used } = one;
  const remove = () =>
    kept.act(async () => {
      await ask(api.DELETE('/api/v1/categories/{category}', at(id)));
      categories.value = await ask(api.GET('/api/v1/categories'));
    });
  return (
    <KeptRow
      name={id}
      title={nameOf(one)}
      lines={[nameOf({ name_zh: name_en, name_en: name_zh }), id, h('category.due', { n: due_hours, unit: h(`unit.${due_unit}`) }), needs_words !== null && h(needs_words ? 'category.words.yes' : 'category.words.no')]}
      open={kept.open}
      depth={depth}
      badges={
        <>
          {retired && <span class="badge done">{h('category.retired')}</span>}
          {public_place === 'grid' && <span class="badge due_soon">{h('category.place.grid')}</span>}
        </>
      }
    >
      <KeepForm specs={specsOf(all, id)} start={valuesOf(one)} sender={kept.sender} save={(values) => save({ ...values, id })} cancel={() => (kept.open.value = '')} />
      {!is_used && (
        <div class="actions">
          <Ask name="remove" label="category.remove" ask={h('category.removeAsk', { name: nameOf(one) })} confirm="category.removeDo" act={remove} />
        </div>
      )}
    </KeptRow>
  );
}
