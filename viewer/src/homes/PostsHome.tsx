import './homes.css';
import { useSignal } from '@preact/signals';
import { api, ask } from '../api/client';
import type { components } from '../api/schema';
import { t } from '../i18n';
import { epoch, showDay, thisSecond } from '../time';
import { Ask, KeepForm, type Kept, KeptRow, nameOf, optionsOf, placeOf, type Spec, useKept, type Values } from './keeping';
import { KeepPage } from './KeepPage';
import { h } from './words';

type Post = components['schemas']['HeldPost'];
type List = components['schemas']['PostList'];
const heir: readonly Spec[] = [
  { name: 'name', label: 'post.heir', required: true },
  { name: 'phone', label: 'post.phone', hint: 'post.nameHint' },
  { name: 'from', label: 'post.handFrom', hint: 'post.handHint', as: 'date' },
];
const at = (post: number) => ({ params: { path: { post } } });

/** Who holds which area from when to when: added, handed over, ended, made public. */
export default function PostsHome() {
  const asked = useSignal({ area: '', q: '' });
  const past = useSignal(false);
  const kept = useKept<List>(() => {
    const query = { ...asked.value, past: past.value };
    return ask(api.GET('/api/v1/posts', { params: { query } }));
  });
  const list = kept.value.value.value;
  const choices = list?.choices;
  const specs: Spec[] = [
    { name: 'area', label: 'post.area', required: true },
    { name: 'role', label: 'post.role', options: optionsOf(choices?.roles ?? []), required: true },
    { name: 'name', label: 'post.name', hint: 'post.nameHint' },
    { name: 'phone', label: 'post.phone' },
    { name: 'title', label: 'post.title' },
    { name: 'department', label: 'post.department' },
    { name: 'valid_from', label: 'post.valid_from', hint: 'post.fromHint', as: 'date' },
    { name: 'valid_to', label: 'post.valid_to', hint: 'post.toHint', as: 'date' },
    { name: 'is_public', label: 'post.is_public', as: 'check' },
  ];
  const make = (values: Values) => {
    const { area = '', role = '', name = '', phone = '', title = '', department = '', valid_from, valid_to, is_public } = values;
    const body = { area, role, name, phone, title, department, valid_from: valid_from || null, valid_to: valid_to || null, is_public: is_public === 'yes' };
    return kept.act(() => ask(api.POST('/api/v1/posts', { body })));
  };
  const posts = list?.posts ?? [];
  return (
    <KeepPage
      title={t('desk.posts')}
      hint={h('post.hint')}
      add="post.new"
      specs={specs}
      start={{ area: asked.value.area }}
      make={make}
      kept={kept}
      count={list?.has_more ? h('post.more', { n: posts.length }) : h('post.count', { n: posts.length })}
      isEmpty={posts.length === 0}
      filter={<Filter asked={asked} past={past} />}
    >
      <ul class="keep-list">
        {posts.map((one) => (
          <Row key={one.post} one={one} kept={kept} />
        ))}
      </ul>
    </KeepPage>
  );
}

type Asked = { area: string; q: string };

function Filter({ asked, past }: { asked: { value: Asked; peek: () => Asked }; past: { value: boolean } }) {
  const field = (name: keyof Asked, label: 'post.below' | 'post.q') => (
    <label>
      <span>{h(label)}</span>
      <input type="search" name={`ask-${name}`} value={asked.value[name]} onChange={(event) => (asked.value = { ...asked.peek(), [name]: event.currentTarget.value.trim() })} />
    </label>
  );
  return (
    <div class="keep-ask">
      {field('q', 'post.q')}
      {field('area', 'post.below')}
      <label class="check-field">
        <input type="checkbox" name="ask-past" checked={past.value} onChange={(event) => (past.value = event.currentTarget.checked)} />
        {h('post.past')}
      </label>
    </div>
  );
}

function spanOf({ valid_from, valid_to }: Post): string {
  if (valid_to) return h('post.span', { from: valid_from ? showDay(valid_from) : h('post.ever'), to: showDay(valid_to) });
  return valid_from ? h('post.since', { from: showDay(valid_from) }) : '';
}

function Row({ one, kept }: { one: Post; kept: Kept<List> }) {
  const { post, role_zh, role_en, area, area_name, title, department, name, phone, is_public, valid_from, valid_to, open_tickets } = one;
  const isOver = valid_to !== null && epoch(valid_to) <= thisSecond();
  const isLater = valid_from !== null && epoch(valid_from) > thisSecond();
  const close = () => (kept.open.value = '');
  const who = name ?? h('post.vacant');
  return (
    <KeptRow
      name={String(post)}
      title={`${who} · ${nameOf({ name_zh: role_zh, name_en: role_en })}`}
      lines={[title, placeOf(area, area_name), department, phone, spanOf(one)]}
      open={kept.open}
      badges={
        <>
          {isOver && <span class="badge done">{h('post.ended')}</span>}
          {isLater && <span class="badge due_soon">{h('post.later')}</span>}
          {is_public && <span class="badge open">{h('post.public')}</span>}
          {open_tickets > 0 && <span class="hint">{h('post.open', { n: open_tickets })}</span>}
        </>
      }
    >
      {!isOver && (
        <>
          <KeepForm
            specs={heir}
            start={{}}
            sender={kept.sender}
            save={({ name: next = '', phone: number = '', from }) => kept.act(() => ask(api.POST('/api/v1/posts/{post}/successor', { ...at(post), body: { name: next, phone: number, from: from || null } })))}
            cancel={close}
            submit="post.handDo"
          />
          <div class="actions">
            <button type="button" class="button" data-act="public" onClick={() => void kept.act(() => ask(api.PATCH('/api/v1/posts/{post}', { ...at(post), body: { is_public: !is_public } })))}>
              {h(is_public ? 'post.hide' : 'post.show')}
            </button>
            <Ask name="end" label="post.end" ask={h('post.endAsk', { n: open_tickets })} confirm="post.endDo" act={() => kept.act(() => ask(api.DELETE('/api/v1/posts/{post}', at(post))))} />
          </div>
        </>
      )}
    </KeptRow>
  );
}
