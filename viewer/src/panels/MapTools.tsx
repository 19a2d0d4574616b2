import { useSignal } from '@preact/signals';
import { beginSelection, selecting } from '../actions/devices';
import { beginMeasure, endMeasure, takeBack } from '../actions/measure';
import { areaOf, lengthOf } from '../geodesy';
import { t } from '../i18n';
import { at, lang, may, measured, printOpen, timeOpen } from '../state';
import { Copied } from '../ui/Copied';
import { Icon, type IconName } from '../ui/Icon';
import { DeviceSelection } from './DeviceSelection';
import { w } from './deviceWords';

/** What is done with the map as a whole: measure on it, take it along, tell somebody of it. */
export function MapTools() {
  const copied = useSignal(false);
  if (measured.value) return selecting.value ? <DeviceSelection /> : <Measure />;
  if (timeOpen.value || at.value !== '') return null;
  return (
    <div class="map-tools" role="group" aria-label={t('tools.title')}>
      <Tool icon="ruler" words={t('tools.measure')} act={beginMeasure} />
      {may('see_device') && <Tool icon="lasso" words={w('devices.tool')} act={beginSelection} />}
      <Tool icon="print" words={t('tools.print')} act={() => (printOpen.value = true)} />
      {window.isSecureContext && <Tool icon={copied.value ? 'check' : 'share'} words={t(copied.value ? 'report.copied' : 'tools.link')} act={() => void share(() => (copied.value = true))} />}
      <Copied done={copied.value} />
    </div>
  );
}

function Tool({ icon, words, act }: { icon: IconName; words: string; act: () => void }) {
  return (
    <button type="button" data-tool={icon} title={words} aria-label={words} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}

/** The address has everything: place, layers, filter, date, language. */
async function share(copied: () => void): Promise<void> {
  const url = location.href;
  if (typeof navigator.share === 'function') await navigator.share({ title: document.title, url }).catch(() => undefined);
  else await navigator.clipboard.writeText(url).then(copied, () => undefined);
}

/** How long the line is, and how much it encloses once it has three corners. */
function Measure() {
  const corners = measured.value ?? [];
  const length_m = lengthOf(corners);
  const area_m2 = corners.length > 2 ? areaOf(corners) : 0;
  return (
    <section class="measure" aria-label={t('tools.measure')}>
      <p role="status" data-length={length_m} data-area={area_m2}>
        {corners.length < 2 ? (
          t('measure.how')
        ) : (
          <>
            <strong>{t('measure.length', { length: showLength(length_m) })}</strong>
            {area_m2 > 0 && <strong>{t('measure.area', { area: showArea(area_m2) })}</strong>}
          </>
        )}
      </p>
      <div>
        <button type="button" class="button" disabled={corners.length === 0} onClick={takeBack}>
          {t('measure.back')}
        </button>
        <button type="button" class="button" disabled={corners.length === 0} onClick={() => (measured.value = [])}>
          {t('measure.again')}
        </button>
        <button type="button" class="button" onClick={endMeasure}>
          {t('measure.end')}
        </button>
      </div>
    </section>
  );
}

const show = (value: number, unit: string, digits: number): string =>
  new Intl.NumberFormat(lang.value, { style: 'unit', unit, maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
const showLength = (metres: number): string => (metres < 1000 ? show(metres, 'meter', 1) : show(metres / 1000, 'kilometer', 3));

/** Below a hectare in square metres, from 100 hectares on in square kilometres. */
function showArea(m2: number): string {
  const digits = (value: number) => value.toLocaleString(lang.value, { maximumSignificantDigits: 4 });
  if (m2 < 10_000) return t('measure.m2', { n: digits(m2) });
  return m2 < 1_000_000 ? t('measure.ha', { n: digits(m2 / 10_000) }) : t('measure.km2', { n: digits(m2 / 1_000_000) });
}
