import { t } from '../i18n';
import { type Camera, picked } from '../state';
import { Facts } from '../ui/Facts';
import { PageHead } from './PageHead';

export function CameraPage({ camera }: { camera: Camera }) {
  return (
    <>
      <PageHead title={camera.name} back={() => (picked.value = null)}>
        <p class="page-sub">
          <code>{camera.code}</code>
          <span class="chip">{t('camera.title')}</span>
        </p>
      </PageHead>
      <div class="page-body">
        <Facts
          facts={[
            [t('camera.bearing'), degrees(camera.bearing)],
            [t('camera.angle'), degrees(camera.angle)],
            [t('camera.grid'), camera.grid ?? ''],
          ]}
        />
      </div>
    </>
  );
}

const degrees = (value: number | undefined): string => (value === undefined ? '' : `${Math.round(value)}°`);
