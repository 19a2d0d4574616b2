import { useEffect } from 'preact/hooks';
import { begin } from './actions/begin';
import { chooseNetwork } from './actions/networks';
import type { Problem } from './api/client';
import { networkName, t } from './i18n';
import { area, deserted, home, network, networks, page, picked, snap, wide } from './state';
import { AreaPage } from './panels/AreaPage';
import { DeskPage } from './panels/DeskPage';
import { DeskMenu } from './panels/DeskMenu';
import { CounterBar } from './panels/CounterBar';
import { FollowPage } from './panels/FollowPage';
import { Header } from './panels/Header';
import { Lightbox } from './panels/Lightbox';
import { MapView } from './panels/MapView';
import { PilePage } from './panels/PilePage';
import { PrintDialog } from './panels/PrintDialog';
import { ReportPage } from './panels/ReportPage';
import { Sheet } from './panels/Sheet';
import { Help } from './panels/Help';
import { SignIn } from './panels/SignIn';
import { Strip } from './panels/Strip';
import { ThingPage } from './panels/ThingPage';
import { TicketPage } from './panels/TicketPage';
import { Empty, Failed } from './ui/Notice';

export function App() {
  return (
    <>
      <a class="skip" href="#panel" onClick={skip}>
        {t('app.skip')}
      </a>
      <Header />
      <Strip />
      <CounterBar />
      <main class="body" data-snap={snap.value} data-wide={wide.value}>
        <MapView />
        <Sheet>
          <DeskMenu />
          <Page />
        </Sheet>
      </main>
      <SignIn />
      <Help />
      <PrintDialog />
      <Lightbox />
    </>
  );
}

function Page() {
  const { problem } = area.value;
  if (picked.value?.what === 'desk') return <DeskPage {...picked.value} />;
  if (deserted.value) return <Deserted />;
  if (!home.value && problem) return network.value && problem.status === 404 ? <NoSuchNetwork problem={problem} /> : <Failed problem={problem} retry={() => void begin()} />;
  if (page.value === 'report') return <ReportPage />;
  if (page.value === 'ticket') return <TicketPage />;
  if (picked.value?.what === 'follow') return <FollowPage number={picked.value.number} />;
  if (picked.value?.what === 'pile') return <PilePage numbers={picked.value.numbers} />;
  if (picked.value?.what === 'thing') return <ThingPage {...picked.value} />;
  return <AreaPage />;
}

function Deserted() {
  return (
    <Empty icon="inbox" title={t('area.none')}>
      <p class="hint">{t('area.noneHint')}</p>
      <code>gisgrid import FILE</code>
    </Empty>
  );
}

/** What the server says of a network that there is not, and those that there are, a press away. */
function NoSuchNetwork({ problem }: { problem: Problem }) {
  useEffect(() => {
    if (snap.peek() === 'peek') snap.value = 'half';
  }, []);
  return (
    <div class="page-body">
      <Failed problem={problem} />
      <div class="actions">
        {networks.value.map(({ network: id }) => (
          <button key={id} type="button" class="button" data-network={id} onClick={() => void chooseNetwork(id)}>
            {networkName(id)}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The hash belongs to the deep link, so the skip link moves the focus by hand. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('panel')?.focus();
}
