import { useEffect, useRef } from 'preact/hooks';
import { byHand, openReport } from '../actions/report';
import { t } from '../i18n';
import { deserted, home, lang, mapFault, mapState, measured, reporting } from '../state';
import { Icon } from '../ui/Icon';
import { Empty } from '../ui/Notice';
import { LayersPanel } from './LayersPanel';
import { MapTools } from './MapTools';
import { SwipeHandle } from './SwipeHandle';
import { TimeBar } from './TimeBar';

/** The map, as soon as it is known where; its code comes in a chunk of its own. */
export function MapView() {
  const unsupported = mapState.value === 'unsupported';
  return (
    <section class="map" aria-label={t('layers.map')}>
      {unsupported && <Empty icon="alert" title={t('app.unsupported')} />}
      {mapState.value === 'lost' && <Lost />}
      {!unsupported && mapState.value !== 'lost' && home.value && <Canvas key={lang.value} />}
      {!unsupported && <SwipeHandle />}
      {mapFault.value && (
        <p class="map-fault" role="status">
          <Icon name="alert" />
          {t(`map.fault.${mapFault.value}`)}
        </p>
      )}
      {!unsupported && !deserted.value && <LayersPanel />}
      {!unsupported && !deserted.value && !reporting.value && <TimeBar />}
      {!unsupported && !deserted.value && !reporting.value && home.value && <MapTools />}
      {!reporting.value && !deserted.value && (
        <button type="button" class="report-open" onClick={begin}>
          <Icon name="flag" />
          {t('report.open')}
        </button>
      )}
    </section>
  );
}

/** The map itself. */
export function Canvas() {
  const box = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const sign = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (!hasWebGl2()) {
      mapState.value = 'unsupported';
      return undefined;
    }
    let close = () => {};
    let gone = false;
    void import('../map/start').then(
      ({ startMap }) => {
      if (!gone && box.current && tip.current && sign.current) close = startMap(box.current, tip.current, sign.current);
      },
      () => (mapState.value = 'lost'),
    );
    return () => {
      gone = true;
      close();
    };
  }, []);
  return (
    <>
      <div id="map" ref={box} class={`canvas${reporting.value ? ' placing' : ''}${measured.value ? ' measuring' : ''}`} data-state={mapState.value} />
      <p ref={sign} class="standing" hidden />
      <div ref={tip} class="tip" aria-hidden="true" hidden />
      {mapState.value === 'loading' && <div class="map-wait" role="status" aria-label={t('app.loading')} />}
    </>
  );
}

/** On a phone the camera opens at once, over the form. */
function begin(): void {
  openReport();
  if (byHand.matches) requestAnimationFrame(() => document.querySelector<HTMLInputElement>('.report input[capture]')?.click());
}

/** The server was upgraded, and the code that this page was to load is not there any more; or it is out of reach. */
function Lost() {
  return (
    <Empty icon="alert" title={t('map.lost')}>
      <button type="button" class="button" onClick={() => location.reload()}>
        {t('map.reload')}
      </button>
    </Empty>
  );
}

function hasWebGl2(): boolean {
  return document.createElement('canvas').getContext('webgl2') !== null;
}
