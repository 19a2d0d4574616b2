import { goUp } from '../actions/pages';
import { t } from '../i18n';
import { openReport } from '../actions/report';
import { receipt, setAside } from '../state';
import { Empty } from '../ui/Notice';
import { PageHead } from './PageHead';
import { Receipt } from './Receipt';
import { ReportForm } from './ReportForm';

export function ReportPage() {
  const done = receipt.value;
  if (setAside.value) return <SetAside />;
  return (
    <>
      <PageHead title={done ? t('report.done') : t('report.title')} back={goUp} />
      <div key={done?.number ?? ''} class="page-body">{done ? <Receipt receipt={done} /> : <ReportForm />}</div>
    </>
  );
}

/** No network: the report is safe on this device. */
function SetAside() {
  return (
    <>
      <PageHead title={t('report.aside')} back={goUp} />
      <div class="page-body" role="status">
        <Empty icon="save" title={t('report.asideTitle')}>
          <p class="hint">{t('report.asideHint')}</p>
          <button type="button" class="button primary" onClick={() => openReport()}>
            {t('report.again')}
          </button>
        </Empty>
      </div>
    </>
  );
}
