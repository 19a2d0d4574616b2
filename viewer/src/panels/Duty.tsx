import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { loader } from '../actions/load';
import { api, ask, type DutyPost, type DutyPosts } from '../api/client';
import { roleName, t } from '../i18n';
import { areaTick, at, idle, type Loadable, ofNetwork, session } from '../state';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';

/** Who works for an area: the post on duty first. Names and telephone numbers where they are public, or one's own to know. */
export function Duty({ code }: { code: string }) {
  const found = useSignal<Loadable<DutyPosts>>(idle());
  const load = useMemo(() => loader(found), []);
  const read = () => load(() => ask(api.GET('/api/v1/areas/{code}/duty', { params: { path: { code }, query: { ...ofNetwork(), ...(at.value && { at: at.value }) } } })), [code, at.value, ofNetwork()]);
  useEffect(() => void read(), [code, session.value, areaTick.value, at.value]);
  const { value, problem } = found.value;
  if (problem) return <Failed problem={problem} retry={() => void read()} />;
  if (!value || value.posts.length === 0) return null;
  const first = value.on_duty?.post;
  const posts = [...value.posts].sort((one, other) => Number(other.post === first) - Number(one.post === first));
  return (
    <section class="block duty">
      <h3>{t('duty.title')}</h3>
      <ul class="area-list">
        {posts.map((one) => (
          <Post key={one.post} one={one} isOn={one.post === first} />
        ))}
      </ul>
      {posts.every(({ name }) => !name) && <p class="hint">{t('duty.private')}</p>}
    </section>
  );
}

function Post({ one, isOn }: { one: DutyPost; isOn: boolean }) {
  const { post, title, name, phone, department } = one;
  const role = roleName(one.role);
  return (
    <li class="duty-post" data-duty={post} data-on={isOn}>
      <span>
        {[name, title ?? role].filter(Boolean).join(' · ')}
        <span class="hint">{[title && role, department].filter(Boolean).join(' · ')}</span>
      </span>
      {isOn && <span class="badge done">{t('duty.on')}</span>}
      {phone && (
        <a class="button" href={`tel:${phone}`} aria-label={t('duty.call', { who: name ?? role })}>
          <Icon name="phone" />
          {phone}
        </a>
      )}
    </li>
  );
}
