import { goUp } from '../actions/pages';
import { t } from '../i18n';
import { receipt } from '../state';
import { PageHead } from './PageHead';
import { Receipt } from './Receipt';
import { ReportForm } from './ReportForm';

export function ReportPage() {
  const done = receipt.value;
  return (
    <>
      <PageHead title={done ? t('report.done') : t('report.title')} back={goUp} />
      <div key={done?.number ?? ''} class="page-body">{done ? <Receipt receipt={done} /> : <ReportForm />}</div>
    </>
  );
}
