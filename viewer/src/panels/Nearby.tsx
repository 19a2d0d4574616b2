import { useSignal } from '@preact/signals';
import { follows, sayMeToo } from '../actions/near';
import { t } from '../i18n';
import { useSend } from '../send';
import { categories, lang, type Near as NearOne, nearby } from '../state';
import { categoryName } from '../tickets';
import { showAgo, showMetres } from '../time';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';

const most = 4;

/** Open tickets near the place, so that nobody need report the same thing twice: "me, too" does. */
export function Nearby() {
  const found = nearby.value;
  const all = useSignal(false);
  const said = found.find(({ number }) => follows.value.includes(number));
  if (found.length === 0) return null;
  return (
    <section class="nearby" aria-live="polite">
      <h3>{t('report.nearby', { n: found.length })}</h3>
      <p class="hint">{said ? t('near.thanks') : t('report.nearbyHint')}</p>
      <ul>
        {found.slice(0, all.value ? found.length : most).map((one) => (
          <Near key={one.number} one={one} />
        ))}
      </ul>
      {!all.value && found.length > most && (
        <button type="button" class="link" data-near-all onClick={() => (all.value = true)}>
          {t('near.rest', { n: found.length - most })}
        </button>
      )}
    </section>
  );
}

function Near({ one }: { one: NearOne }) {
  const { problem, sending, send } = useSend();
  const isOn = follows.value.includes(one.number);
  return (
    <li data-near={one.number}>
      <div>
        <strong>{categoryName(one.category, categories.value, lang.value)}</strong>
        <span class="hint">
          {[one.distance_m !== null && t('near.away', { d: showMetres(one.distance_m) }), showAgo(one.received_at), one.followers > 0 && t('near.followers', { n: one.followers })].filter(Boolean).join(' · ')}
        </span>
        {one.words && <span class="near-words">{one.words}</span>}
        {problem.value && <Failed problem={problem.value} />}
      </div>
      <MeToo number={one.number} isOn={isOn} sending={sending.value} say={() => void send(() => sayMeToo(one.number, !isOn))} />
    </li>
  );
}

type Given = { number: string; isOn: boolean; sending: boolean; say: () => void };

export function MeToo({ number, isOn, sending, say }: Given) {
  return (
    <button type="button" class="button" data-too={number} aria-pressed={isOn} disabled={sending} onClick={say}>
      <Icon name={isOn ? 'check' : 'eye'} />
      {t(isOn ? 'near.isOn' : 'near.too')}
    </button>
  );
}
