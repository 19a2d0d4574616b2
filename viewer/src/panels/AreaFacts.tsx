import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { chooseArea, getChildren, moveTo } from '../actions/areas';
import { openReport } from '../actions/report';
import type { AreaProperties } from '../api/client';
import { networkName, t, term } from '../i18n';
import { areaTick, trail } from '../state';
import { showDay } from '../time';
import { Facts } from '../ui/Facts';
import { Icon } from '../ui/Icon';
import { Duty } from './Duty';
import { Lineage } from './Lineage';
import { Watched } from './Seen';

export function AreaFacts({ of }: { of: AreaProperties }) {
  const { code, level, kind, network, parent, valid_from } = of;
  const above = trail.value.find((one) => one.code === parent);
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
          [t('area.parent'), above?.name ?? parent ?? ''],
          [t('area.since'), showDay(valid_from)],
        ]}
      />
      {code && <Duty key={`duty-${code}`} code={code} />}
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
