import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { ownDesks } from '../actions/desks';
import { t } from '../i18n';
import type { Desk } from '../route';
import { resuming, session, signInOpen } from '../state';
import { Empty, Skeleton } from '../ui/Notice';

type Home = ComponentType<{ item: string }>;

/** Each page comes in a chunk of its own: strangers load none of them. */
const chunks: Record<Desk, () => Promise<{ default: Home }>> = {
  work: () => import('../homes/WorkHome'),
  table: () => import('../homes/TableHome'),
  drafts: () => import('../homes/DraftsHome'),
  posts: () => import('../homes/PostsHome'),
  rules: () => import('../homes/RulesHome'),
  categories: () => import('../homes/CategoriesHome'),
  targets: () => import('../homes/TargetsHome'),
  people: () => import('../homes/PeopleHome'),
  audit: () => import('../homes/AuditHome'),
};

/** A page of those who are signed in. */
export function DeskPage({ desk, item }: { desk: Desk; item: string }) {
  const Page = useSignal<Home | null>(null);
  const lost = useSignal(false);
  useEffect(() => {
    let gone = false;
    Page.value = null;
    lost.value = false;
    chunks[desk]().then(
      (chunk) => gone || (Page.value = chunk.default),
      () => gone || (lost.value = true),
    );
    return () => {
      gone = true;
    };
  }, [desk]);
  if (!session.value) return resuming.value ? <Skeleton rows={8} /> : <SignedOut />;
  if (!ownDesks().includes(desk)) return <NotOwn />;
  if (lost.value) return <Lost />;
  return Page.value ? <Page.value item={item} /> : <Skeleton rows={8} />;
}

function NotOwn() {
  return (
    <Empty icon="alert" title={t('problem.403')}>
      <p class="hint">{t('desk.notOwn')}</p>
    </Empty>
  );
}

function SignedOut() {
  return (
    <Empty icon="user" title={t('problem.401')}>
      <button type="button" class="button primary" onClick={() => (signInOpen.value = true)}>
        {t('session.in')}
      </button>
    </Empty>
  );
}

function Lost() {
  return (
    <Empty icon="alert" title={t('desk.lost')}>
      <button type="button" class="button" onClick={() => location.reload()}>
        {t('map.reload')}
      </button>
    </Empty>
  );
}
