import { useSignal } from '@preact/signals';
import { openFollow } from '../actions/follow';
import { closeReport, openReport } from '../actions/report';
import { chooseTicket } from '../actions/tickets';
import type { ReportOut } from '../api/client';
import { doubtful } from '../doubt';
import { fieldName } from '../fields';
import { areaName, roleName, t } from '../i18n';
import { unkept } from '../state';
import { stepName } from '../tickets';
import { showTime } from '../time';
import { Copied } from '../ui/Copied';
import { Facts } from '../ui/Facts';
import { Icon } from '../ui/Icon';
import { SentPhotos } from './PhotoPicker';
import { Share } from './Share';

/** What the reporter takes home: number, access code, who has it, by when. */
export function Receipt({ receipt }: { receipt: ReportOut }) {
  const { number, secret, assignee, grid, area, due_at } = receipt;
  const who = [assignee && roleName(assignee.role), assignee?.department].filter(Boolean).join(' · ');
  const maybe = doubtful(receipt).filter(({ code }) => code !== grid?.code);
  const view = () => {
    closeReport();
    void chooseTicket(number, true);
  };
  const follow = () => {
    closeReport();
    openFollow(number);
  };
  return (
    <div class="receipt" role="status">
      <p class="receipt-mark">
        <Icon name="check" />
      </p>
      <Kept label={t('report.number')} text={number} name="number" />
      <Kept label={t('report.secret')} text={secret} name="secret" />
      <p class="hint">{t('report.secretHint')}</p>
      <Share number={number} />
      {unkept.value && (
        <p class="error" role="alert">
          {t('report.unkept')}
        </p>
      )}
      <SentPhotos />
      <Facts
        facts={[
          [fieldName('grid_name'), grid ? `${grid.name} ${grid.code}` : (area?.code ?? '')],
          [t('report.assignee'), who],
          [fieldName('step_name'), stepName(null, receipt.step)],
          [t('report.due'), showTime(due_at)],
        ]}
      />
      {maybe.length > 0 && (
        <p class="where doubt" data-unsure>
          <Icon name="alert" />
          {t('report.unsure', { grids: maybe.map(({ code }) => areaName(code)).join(t('app.and')) })}
        </p>
      )}
      <div class="actions">
        <button type="button" class="button primary" onClick={view}>
          {t('report.view')}
        </button>
        <button type="button" class="button" onClick={follow}>
          {t('follow.this')}
        </button>
        <button type="button" class="button" onClick={() => openReport()}>
          {t('report.again')}
        </button>
      </div>
    </div>
  );
}

function Kept({ label, text, name }: { label: string; text: string; name: string }) {
  const copied = useSignal(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => (copied.value = true), () => undefined);
  return (
    <div class="kept">
      <span class="hint">{label}</span>
      <code data-receipt={name}>{text}</code>
      {window.isSecureContext && (
        <button type="button" class="link" onClick={() => void copy()}>
          <Icon name={copied.value ? 'check' : 'copy'} />
          {t(copied.value ? 'report.copied' : 'report.copy')}
        </button>
      )}
      <Copied done={copied.value} />
    </div>
  );
}
