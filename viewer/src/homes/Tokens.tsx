import { useSignal } from '@preact/signals';
import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { showDay } from '../time';
import { Failed, Skeleton } from '../ui/Notice';
import { Ask, holds, type Kept, KeptRow, Once, placeOf, useKept } from './keeping';
import { h } from './words';

type Token = components['schemas']['TokenAnswer'];
type List = components['schemas']['TokenList'];
const first = 50;

/** Which devices and phones have a token: made and shown once, refused, ended. */
export function Tokens() {
  const kept = useKept<List>(() => ask(api.GET('/api/v1/tokens')));
  const words = useSignal('');
  const shown = useSignal<{ code: string; token: string } | null>(null);
  const { value, problem } = kept.value.value;
  const found = (value?.tokens ?? []).filter((one) => holds(words.value, one.code, one.name, one.area, h(`token.${one.kind}`)));
  return (
    <section class="block tokens" aria-label={h('token.title')}>
      <h3>{h('token.title')}</h3>
      {value && <p class="hint">{h('token.hint', { n: value.alarms_per_hour })}</p>}
      {shown.value && <Once key={shown.value.token} of={h('token.of', { code: shown.value.code })} secret={shown.value.token} />}
      {kept.sender.problem.value && <Failed problem={kept.sender.problem.value} />}
      {problem && <Failed problem={problem} retry={() => void kept.renew()} />}
      {!value && !problem && <Skeleton rows={4} />}
      <input type="search" class="people-find" aria-label={h('token.find')} placeholder={h('token.find')} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
      {value && (
        <p class="hint" role="status">
          {found.length > first ? h('table.more', { m: first, n: found.length }) : h('token.count', { n: found.length })}
        </p>
      )}
      <ul class="keep-list">
        {found.slice(0, first).map((one) => (
          <Row key={one.kind + one.code} one={one} kept={kept} show={(made) => (shown.value = made)} />
        ))}
      </ul>
    </section>
  );
}

function Row({ one, kept, show }: { one: Token; kept: Kept<List>; show: (made: { code: string; token: string }) => void }) {
  const { kind, code, name, area, made_at, disabled_at } = one;
  const device = { params: { path: { code } } };
  const state = disabled_at ? h('token.off', { day: showDay(disabled_at) }) : made_at ? h('token.on') : h('token.never');
  return (
    <KeptRow
      name={`${kind}-${code}`}
      title={name ?? code}
      lines={[h(`token.${kind}`), name && code, placeOf(area), made_at && h('token.made', { day: showDay(made_at) })]}
      open={kept.open}
      badges={<span class={`badge ${disabled_at ? 'overdue' : made_at ? 'done' : 'open'}`}>{state}</span>}
    >
      <div class="actions">
        {kind === 'device' && (
          <>
            <button type="button" class="button" data-act="make" onClick={() => void kept.act(async () => show(await ask(api.POST('/api/v1/tokens/devices/{code}', device))))}>
              {h(made_at ? 'token.again' : 'token.make')}
            </button>
            <button type="button" class="button" data-act="switch" onClick={() => void kept.act(() => ask(disabled_at ? api.POST('/api/v1/tokens/devices/{code}/enable', device) : api.POST('/api/v1/tokens/devices/{code}/disable', device)))}>
              {h(disabled_at ? 'token.enable' : 'token.disable')}
            </button>
          </>
        )}
        {kind === 'phone' && (
          <Ask name="end" label="token.end" ask={h('token.endAsk', { name: code })} confirm="token.end" act={() => kept.act(() => ask(api.DELETE('/api/v1/tokens/phones/{name}', { params: { path: { name: code } } })))} />
        )}
      </div>
    </KeptRow>
  );
}
