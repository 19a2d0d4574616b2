import type { Problem } from '../api/client';
import { networkName, t, term } from '../i18n';
import { type Tab, tabs } from '../route';
import { area, areaTick, here, home, network, networks, scope, snap, tab } from '../state';
import { Failed, Skeleton } from '../ui/Notice';
import { AreaFacts } from './AreaFacts';
import { FiguresPanel } from './FiguresPanel';
import { TicketList } from './TicketList';
import { Trail } from './Trail';

/** The area that is shown: its tickets, and what it is. */
export function AreaPage() {
  const { problem } = area.value;
  if (problem) return <NoArea problem={problem} />;
  if (!here.value) return <Skeleton rows={6} />;
  const { name, code, level, kind, network: own } = here.value;
  return (
    <>
      <div class="page-head">
        <Trail />
        <h2 tabIndex={-1}>{name}</h2>
        <p class="page-sub">
          {code && <code>{code}</code>}
          {level && (
            <span class={`chip ${kind}`}>{term(level === 'grid' ? 'kind' : 'level', level === 'grid' ? kind : level)}</span>
          )}
          {(networks.value.length > 1 || network.value) && <span class="chip">{networkName(own)}</span>}
        </p>
        <Tabs />
      </div>
      <div class="page-body" role="tabpanel" id="tab-body" aria-labelledby={`tab-${tab.value}`}>
        {tab.value === 'tickets' && <TicketList />}
        {tab.value === 'facts' && <AreaFacts of={here.value} />}
        {tab.value === 'figures' && <FiguresPanel />}
      </div>
    </>
  );
}

/** The address may name a code that is unknown or retired; the server says what became of it. */
function NoArea({ problem }: { problem: Problem }) {
  const top = home.value?.properties;
  return (
    <div class="page-body">
      <Failed problem={problem} retry={() => areaTick.value++} />
      {top && (
        <button type="button" class="button" onClick={() => (scope.value = top.code)}>
          {t('area.home', { area: top.name })}
        </button>
      )}
    </div>
  );
}

function Tabs() {
  const choose = (one: Tab) => {
    tab.value = one;
    if (snap.value === 'peek') snap.value = 'half';
  };
  return (
    <div class="tabs" role="tablist">
      {tabs.map((one) => (
        <button
          key={one}
          type="button"
          role="tab"
          id={`tab-${one}`}
          aria-selected={tab.value === one}
          aria-controls="tab-body"
          onClick={() => choose(one)}
        >
          {t(`tab.${one}`)}
        </button>
      ))}
    </div>
  );
}
