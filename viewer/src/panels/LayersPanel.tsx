import type { Signal } from '@preact/signals';
import { byLegend, isCovered, type Key, keysDrawn, nameOf, stepsBack } from '../actions/legend';
import { chooseNetwork } from '../actions/networks';
import { networkName, t } from '../i18n';
import { census, config, counters, lang, layerFacts, layersOff, layersOffered, layersOpen, layersWanted, network, networks } from '../state';
import { Icon } from '../ui/Icon';

const total = (id: string): number | undefined => (id === 'ticket' ? counters.value.value?.total : census.value[id]);

export function LayersPanel() {
  const open = layersOpen.value;
  const inView = layersOffered.value.flatMap((id) => (layerFacts.value[id]?.census ? [nameOf(id)] : []));
  const counted = inView.join(t('layers.and'));
  return (
    <div class={open ? 'layers open' : 'layers'}>
      <button
        type="button"
        class="layers-toggle"
        aria-label={t('layers.title')}
        aria-expanded={open}
        aria-controls="layers-list"
        onClick={() => (layersWanted.value = !open)}
      >
        <Icon name="layers" />
        <span>{t('layers.title')}</span>
      </button>
      {open && (
        <div id="layers-list">
          {networks.value.length > 1 && <NetworkChoice />}
          {[...layersOffered.value].sort(byLegend).map((id) => (
            <LayerRow key={id} id={id} />
          ))}
          <p class="hint">
            {counted ? t('layers.view', { what: counted }) : t('layers.scope')}
            {config.value.sample && t('layers.sample')}
          </p>
        </div>
      )}
    </div>
  );
}

/** Whose areas and tickets the map shows: the unified grid's, or a department's own. */
function NetworkChoice() {
  return (
    <label class="network-choice">
      <span>{t('network.title')}</span>
      <select
        name="network"
        value={network.value || config.value.network}
        onChange={(event) => void chooseNetwork(event.currentTarget.value)}
      >
        {networks.value.map(({ network: id }) => (
          <option key={id} value={id}>
            {networkName(id)}
          </option>
        ))}
      </select>
    </label>
  );
}


function LayerRow({ id }: { id: string }) {
  const on = !layersOff.value.has(id);
  return (
    <section class="layer">
      <label>
        <input type="checkbox" checked={on} data-layer={id} onChange={() => toggle(id)} />
        <span>{nameOf(id)}</span>
        <Count value={total(id)} />
      </label>
      {on && (
        <ul>
          {keysDrawn(id).map((key) => (
            <li key={key.words()}>{key.shown ? <Switch legend={key} shown={key.shown} /> : <Words legend={key} />}</li>
          ))}
          {isCovered(id) && <li class="hint">{t('layers.covered')}</li>}
          {stepsBack(id) && <li class="hint">{t('layers.stepsBack')}</li>}
        </ul>
      )}
    </section>
  );
}

/** A key whose things can be switched off by themselves. */
function Switch({ legend, shown }: { legend: Key; shown: Signal<boolean> }) {
  return (
    <label>
      <Words legend={legend} />
      <input type="checkbox" checked={shown.value} data-key={legend.swatch} onChange={() => (shown.value = !shown.value)} />
    </label>
  );
}

function Words({ legend: { swatch, look, words, count } }: { legend: Key }) {
  return (
    <>
      <span class={`swatch ${swatch}`} style={look} />
      <span>{words()}</span>
      <Count value={count?.()} />
    </>
  );
}

function Count({ value }: { value: number | undefined }) {
  return value !== undefined ? <span class="count">{value.toLocaleString(lang.value)}</span> : null;
}

function toggle(id: string): void {
  const off = new Set(layersOff.peek());
  if (!off.delete(id)) off.add(id);
  layersOff.value = off;
}
