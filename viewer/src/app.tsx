import { begin } from './actions/begin';
import { chooseNetwork } from './actions/networks';
import { t } from './i18n';
import { area, deserted, home, network, page, picked, snap, wide } from './state';
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
  if (!home.value && problem) return <Failed problem={problem} retry={() => void (network.value && problem.status === 404 ? chooseNetwork('') : begin())} />;
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

/** The hash belongs to the deep link, so the skip link moves the focus by hand. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('panel')?.focus();
}
