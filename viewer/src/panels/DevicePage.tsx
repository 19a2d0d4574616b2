import { t } from '../i18n';
import { type Device, picked } from '../state';
import { showTime } from '../time';
import { Facts } from '../ui/Facts';
import { PageHead } from './PageHead';

/** A device that raises alarms: what it is, where, and when it last did. */
export function DevicePage({ device: { code, name, kind, grid, last_seen_at, off } }: { device: Device }) {
  const seen = last_seen_at ? showTime(new Date(last_seen_at * 1000).toISOString()) : t('device.never');
  return (
    <>
      <PageHead title={name} back={() => (picked.value = null)}>
        <p class="page-sub">
          <code>{code}</code>
          <span class="chip">{t(off ? 'legend.deviceOff' : 'legend.device')}</span>
        </p>
      </PageHead>
      <div class="page-body">
        <Facts
          facts={[
            [t('device.kind'), kind],
            [t('device.seen'), seen],
            [t('camera.grid'), grid ?? ''],
          ]}
        />
      </div>
    </>
  );
}
