import { useSignal } from '@preact/signals';
import { followNew, secretOf } from '../actions/follow';
import { goUp } from '../actions/pages';
import { discard } from '../actions/waiting';
import { t } from '../i18n';
import { useSend } from '../send';
import { categories, followed, lang, ticketTick, waiting } from '../state';
import { categoryName } from '../tickets';
import { Field } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Failed, Skeleton } from '../ui/Notice';
import { Follows, KeptReports } from './KeptReports';
import { OwnReport } from './OwnReport';
import { PageHead } from './PageHead';

/** One's own reports: which there are, and how one of them is doing. */
export function FollowPage({ number }: { number: string }) {
  const known = number !== '' && secretOf(number) !== '';
  return known ? <One number={number} /> : <Which number={number} />;
}

function One({ number }: { number: string }) {
  const { value, problem } = followed.value;
  const report = value?.number === number ? value : null;
  const title = report ? categoryName(report.category, categories.value, lang.value) : t('follow.mine');
  return (
    <>
      <PageHead title={title} back={goUp}>
        <p class="page-sub">
          <code>{number}</code>
        </p>
      </PageHead>
      <div class="page-body">
        {problem && <Failed problem={problem} retry={() => ticketTick.value++} />}
        {!report && !problem && <Skeleton rows={5} />}
        {report && <OwnReport key={number} report={report} />}
      </div>
    </>
  );
}

function Which({ number }: { number: string }) {
  return (
    <>
      <PageHead title={t('follow.mine')} back={goUp} />
      <div class="page-body">
        <WaitingReports />
        <KeptReports />
        <Follows />
        <Ask given={number} />
      </div>
    </>
  );
}

/** Reports that were written without a network. */
function WaitingReports() {
  if (waiting.value.length === 0) return null;
  return (
    <section class="block kept-reports waiting-reports">
      <h3>{t('follow.waiting', { n: waiting.value.length })}</h3>
      <ul class="area-list">
        {waiting.value.map(({ client_ref, body, refused }) => (
          <li key={client_ref}>
            <span>
              {categoryName(body.category, categories.value, lang.value)} <span class="hint">{body.description}</span>
              {refused && <span class="error">{refused}</span>}
            </span>
            <button type="button" class="link" aria-label={t('follow.discard')} title={t('follow.discard')} onClick={() => void discard(client_ref)}>
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <p class="hint">{t('follow.waitingHint')}</p>
    </section>
  );
}

/** By number and access code, as they stand on the receipt. */
function Ask({ given }: { given: string }) {
  const number = useSignal(given);
  const secret = useSignal('');
  const { problem, sending, send } = useSend();
  const submit = (event: Event) => {
    event.preventDefault();
    const [own, code] = [number.value.trim(), secret.value.trim()];
    if (own && code) void send(() => followNew(own, code));
  };
  return (
    <form class="block follow-form" onSubmit={submit}>
      <h3>{t('follow.byNumber')}</h3>
      <Field label={t('report.number')}>
        {(attributes) => (
          <input {...attributes} name="number" autocomplete="off" spellcheck={false} value={number.value} onInput={(event) => (number.value = event.currentTarget.value)} />
        )}
      </Field>
      <Field label={t('report.secret')} hint={t('follow.secretHint')}>
        {(attributes) => (
          <input {...attributes} name="code" autocomplete="off" spellcheck={false} value={secret.value} onInput={(event) => (secret.value = event.currentTarget.value)} />
        )}
      </Field>
      {problem.value && (problem.value.status === 404 ? <p class="error" role="alert">{t('follow.wrong')}</p> : <Failed problem={problem.value} />)}
      <button type="submit" class="button primary wide" disabled={sending.value}>
        {t('follow.show')}
      </button>
    </form>
  );
}
