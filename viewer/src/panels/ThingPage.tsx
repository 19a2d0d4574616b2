import { goUp } from '../actions/pages';
import { seek, sought } from '../actions/things';
import { areaName, say, t } from '../i18n';
import { layerFacts, type LayerFacts, session, type Thing } from '../state';
import { showTime } from '../time';
import { Facts } from '../ui/Facts';
import { Failed, Skeleton } from '../ui/Notice';
import { PageHead } from './PageHead';

/** A thing on the map, with the facts that its layer says. */
export function ThingPage({ layer, code, thing }: { layer: string; code: string; thing: Thing | null }) {
  const facts = layerFacts.value[layer];
  if (!thing) return <Unseen layer={layer} code={code} />;
  if (!facts) return <PageHead title={thing.name} back={goUp} />; // the map, whose style says them, is not there
  const { page = [], chip, thing: kind, name } = facts;
  const called = chip && thing[chip.field] ? chip : (kind ?? name);
  return (
    <>
      <PageHead title={thing.name} back={goUp}>
        <p class="page-sub">
          <code>{thing.code}</code>
          <span class="chip">{capital(say(called))}</span>
        </p>
      </PageHead>
      <div class="page-body">
        <Facts facts={page.map((one) => [say(one), show(thing[one.field], one)])} />
      </div>
    </>
  );
}

/** An address may name a thing that is gone, that there never was, or that only staff may see. */
function Unseen({ layer, code }: { layer: string; code: string }) {
  const { state, problem } = sought.value;
  return (
    <>
      <PageHead title={code} back={goUp} />
      <div class="page-body">
        {state === 'asked' && <Skeleton rows={3} />}
        {problem && <Failed problem={problem} retry={() => void seek(layer, code)} />}
        {state === 'none' && !problem && <p class="hint private">{t(session.value ? 'thing.none' : 'thing.unseen', { code })}</p>}
      </div>
    </>
  );
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

type Shown = NonNullable<LayerFacts['page']>[number];

/** As text: degrees whole, times (epoch seconds) as elsewhere on the page, an area by its name, a value that has words by them. */
function show(value: unknown, { as, absent, words }: Shown): string {
  if (value === undefined || value === null) return absent ? say(absent) : '';
  if (as === 'degrees') return `${Math.round(Number(value))}°`;
  if (as === 'time') return showTime(new Date(Number(value) * 1000).toISOString());
  if (as === 'area') return areaName(String(value));
  const said = words?.[String(value)];
  return said ? say(said) : String(value);
}
