import './homes.css';
import { useSignal } from '@preact/signals';
import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { t } from '../i18n';
import { categories } from '../state';
import { Ask, type Kept, KeptRow, nameOf, Once, type Option, placeOf, type Spec, useKept, type Values } from './keeping';
import { KeepPage } from './KeepPage';
import { categoryName } from './RulesHome';
import { Tokens } from './Tokens';
import { h, type Word, words } from './words';

type Target = components['schemas']['TargetAnswer'];
type Body = components['schemas']['TargetBody'];
const kinds = ['webhook', 'dingtalk', 'wecom', 'email'] as const;
const at = (name: string) => ({ params: { path: { name } } });
const kindName = (kind: string): string => (`target.kind.${kind}` in words ? h(`target.kind.${kind}` as Word) : kind);

/** Who gets notices, do they arrive; and the tokens of devices and phones. */
export default function TargetsHome() {
  const kept = useKept<Target[]>(async () => (await ask(api.GET('/api/v1/targets'))).targets);
  const shown = useSignal<{ name: string; secret: string } | null>(null);
  const targets = kept.value.value.value ?? [];
  const specs: Spec[] = [
    { name: 'name', label: 'target.name', hint: 'target.nameHint', required: true },
    { name: 'kind', label: 'target.kind', options: kinds.map((one): Option => [one, kindName(one)]), required: true },
    { name: 'address', label: 'target.address', hint: 'target.addressHint', required: true },
    { name: 'topics', label: 'target.topics', hint: 'target.topicsHint' },
    { name: 'area', label: 'target.area' },
    { name: 'category', label: 'target.category', options: categories.value.map((one) => [one.id, nameOf(one)]) },
    { name: 'with_words', label: 'target.with_words', as: 'check' },
  ];
  const make = (values: Values) =>
    kept.act(async () => {
      const made = await ask(api.POST('/api/v1/targets', { body: bodyOf(values) }));
      shown.value = made.secret === null ? null : { name: made.name, secret: made.secret };
    });
  return (
    <KeepPage
      title={t('desk.targets')}
      hint={h('target.hint')}
      add="target.new"
      specs={specs}
      start={{ kind: 'webhook' }}
      make={make}
      kept={kept}
      count={h('target.count', { n: targets.length })}
      isEmpty={false}
      filter={shown.value && <Once of={h('target.secretOf', { name: shown.value.name })} secret={shown.value.secret} />}
    >
      <ul class="keep-list">
        {targets.map((one) => (
          <Row key={one.name} one={one} kept={kept} />
        ))}
      </ul>
      <Tokens />
    </KeepPage>
  );
}

const bodyOf = (values: Values): Body => ({
  name: values['name'] ?? '',
  kind: values['kind'] as Body['kind'],
  address: values['address'] ?? '',
  secret: '',
  topics: (values['topics'] ?? '').split(/[\s,，、]+/).filter(Boolean),
  area: values['area'] ?? '',
  category: values['category'] ?? '',
  with_words: values['with_words'] === 'yes',
});

function Row({ one, kept }: { one: Target; kept: Kept<Target[]> }) {
  const { name, kind, address, topics, area, category, has_words, pace_s, failures, waiting, parked, delivered, said } = one;
  return (
    <KeptRow
      name={name}
      title={name}
      lines={[
        kindName(kind),
        address,
        topics.length > 0 ? topics.join(', ') : h('target.everything'),
        placeOf(area),
        category && categoryName(category),
        has_words && h('target.with_words'),
        pace_s > 0 && h('target.pace', { n: pace_s }),
        h('target.counts', { delivered, waiting, parked }),
        failures > 0 && said,
      ]}
      open={kept.open}
      badges={<span class={`badge ${failures > 0 ? 'overdue' : 'done'}`}>{failures > 0 ? h('target.failing', { n: failures }) : h('target.fine')}</span>}
    >
      <div class="actions">
        <button type="button" class="button" data-act="retry" onClick={() => void kept.act(() => ask(api.POST('/api/v1/targets/{name}/retry', at(name))))}>
          {h('target.retry')}
        </button>
        <Ask name="end" label="target.end" ask={h('target.endAsk', { name, n: waiting + parked })} confirm="target.endDo" act={() => kept.act(() => ask(api.DELETE('/api/v1/targets/{name}', at(name))))} />
      </div>
    </KeptRow>
  );
}
