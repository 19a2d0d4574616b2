import { say } from '../i18n';
import { type LayerFacts, layerFacts, picked, type Said, type Thing } from '../state';
import { showTime } from '../time';
import { Facts } from '../ui/Facts';
import { PageHead } from './PageHead';

/** A thing on the map, with the facts that its layer says. */
export function ThingPage({ layer, thing }: { layer: string; thing: Thing }) {
  const { page = [], chip, thing: kind, name } = layerFacts.value[layer] as LayerFacts;
  const called = chip && thing[chip.field] ? chip : (kind ?? name);
  return (
    <>
      <PageHead title={thing.name} back={() => (picked.value = null)}>
        <p class="page-sub">
          <code>{thing.code}</code>
          <span class="chip">{capital(say(called))}</span>
        </p>
      </PageHead>
      <div class="page-body">
        <Facts facts={page.map(({ field, as, absent, ...label }) => [say(label), show(thing[field], as, absent)])} />
      </div>
    </>
  );
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** As text: degrees whole, times (epoch seconds) as elsewhere on the page. */
function show(value: unknown, as: 'degrees' | 'time' | undefined, absent: Said | undefined): string {
  if (value === undefined || value === null) return absent ? say(absent) : '';
  if (as === 'degrees') return `${Math.round(Number(value))}°`;
  return as === 'time' ? showTime(new Date(Number(value) * 1000).toISOString()) : String(value);
}
