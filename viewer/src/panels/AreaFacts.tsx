import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { chooseArea, getChildren, getLineage, moveTo } from '../actions/areas';
import { openReport } from '../actions/report';
import type { AreaFeature, AreaProperties, Lineage as LineageData, LineageEntry } from '../api/client';
import { networkName, t, term } from '../i18n';
import { areaTick, trail } from '../state';
import { showDay, showShare } from '../time';
import { Facts } from '../ui/Facts';
import { Icon } from '../ui/Icon';
import { Watched } from './Seen';

export function AreaFacts({ feature }: { feature: AreaFeature }) {
  const { code, level, kind, network, parent, valid_from } = feature.properties;
  const above = trail.value.find(({ properties }) => properties.code === parent);
  return (
    <>
      <div class="actions">
        <button type="button" class="button" onClick={() => void moveTo(code)}>
          <Icon name="aim" />
          {t('area.zoom')}
        </button>
        <button type="button" class="button" onClick={() => openReport()}>
          <Icon name="flag" />
          {t('area.report')}
        </button>
      </div>
      <Facts
        facts={[
          [t('area.code'), code && <code key="code">{code}</code>],
          [t('area.level'), level && term('level', level)],
          [t('area.kind'), level === 'grid' ? term('kind', kind) : ''],
          [t('area.network'), networkName(network)],
          [t('area.parent'), above?.properties.name ?? parent ?? ''],
          [t('area.since'), showDay(valid_from)],
        ]}
      />
      {code && <Watched key={`watched-${code}`} code={code} />}
      {code && <Lineage key={`lineage-${code}`} code={code} />}
      {level !== 'grid' && <Children key={`children-${code}`} code={code} />}
    </>
  );
}

function Children({ code }: { code: string }) {
  const found = useSignal<AreaProperties[]>([]);
  useEffect(() => {
    void getChildren(code).then((children) => (found.value = children), () => undefined);
  }, [code, areaTick.value]);
  if (found.value.length === 0) return null;
  return (
    <section class="block">
      <h3>{t('area.children', { n: found.value.length })}</h3>
      <ul class="area-list">
        {found.value.map((child) => (
          <li key={child.code}>
            <button type="button" onClick={() => chooseArea(child.code, true)}>
              <span>{child.name}</span>
              <code>{child.code}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Lineage({ code }: { code: string }) {
  const found = useSignal<LineageData | null>(null);
  const show = () => getLineage(code).then((answer) => (found.value = answer), () => undefined);
  const entries = found.value;
  return (
    <section class="block">
      <h3>{t('area.lineage')}</h3>
      {found.value === null && (
        <button type="button" class="link" onClick={() => void show()}>
          <Icon name="split" />
          {t('area.lineageShow')}
        </button>
      )}
      {entries && entries.from.length + entries.to.length === 0 && <p class="hint">{t('area.lineageNone')}</p>}
      {entries && <Origins title={t('lineage.from')} entries={entries.from} share="to_share" />}
      {entries && <Origins title={t('lineage.to')} entries={entries.to} share="from_share" />}
    </section>
  );
}

type OriginsGiven = { title: string; entries: LineageEntry[]; share: 'from_share' | 'to_share' };

/** One side of a lineage; the share is how much of this area's ground the other one has. */
function Origins({ title, entries, share }: OriginsGiven) {
  if (entries.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul class="lineage">
        {entries.map((entry) => (
          <li key={entry.code + entry.kind + entry.valid_from}>
            <code>{entry.code}</code>
            <span class="chip">{term('lineage', entry.kind)}</span>
            <span class="hint">
              {showDay(entry.valid_from)} · {t('lineage.share', { share: showShare(entry[share]) })}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
